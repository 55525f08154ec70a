"""The compiled search of a cluster: more is asked for than there is, and every plan keeps all hard rules.

Importing this package imports neither numpy nor numba.
"""
