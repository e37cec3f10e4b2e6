"""The MCP server over the rooms' declared tools. Nothing stands here yet."""
