"""What a clever enemy would try against a release. Each attack must succeed where nothing protects, and fail here.

`suite.examine(release)` runs all of them; attacks.md says what each one proves.
"""
