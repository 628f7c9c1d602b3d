"""WHAT EXISTS: assets, versions, documents, snapshots, the journal, and who may do what."""
