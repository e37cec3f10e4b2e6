"""Keys, signatures, derivation, passwords: bytes in, bytes out."""
