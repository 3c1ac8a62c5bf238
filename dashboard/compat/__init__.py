"""The read endpoints of the KernelCI dashboard's API that its command line uses, answered from our model.

Shapes, names and error texts are that API's; docs/api.md says what they mean here. New scripts
are better off with /api/v1/.
"""
