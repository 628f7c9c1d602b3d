"""The demo workspace: what ``manage.py seed_demo`` walks through the services.

The rule: nothing is inserted behind the services' backs. Everything shown is
labelled synthetic, and a second run changes nothing.
"""
