"""What everybody who dials has in common: proxies, trust, pools, faults, logs. Knows no protocol.

`sources` asks API servers and `registry` asks registries; neither knows the other.
"""
