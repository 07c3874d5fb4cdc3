"""What each webhook about an account, a number, a template or a group does (C13): one file per noun.

A handler is given news that is newer than what was known, may be given it again, and calls actions.
"""
