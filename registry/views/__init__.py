"""The registry's pages: find, call a service, render; no rule inside."""
