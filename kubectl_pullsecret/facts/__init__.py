"""What was seen of a cluster or of manifests: lean frozen objects, and how complete the sight is.

Pure: no I/O, no clock, no Kubernetes client. Where the JSON comes from is `sources`.
"""
