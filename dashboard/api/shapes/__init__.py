"""What answers look like. Each shape is a type and the function that makes it from a record.

The types are the schema, too: ``dashboard.api.described`` turns them into JSON Schema, and the type
checker sees to it that the functions keep to them.
"""
