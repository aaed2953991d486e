"""kubectl pullsecret: explains image pull credentials with the kubelet's own rules."""

__version__ = "0.1.0"
