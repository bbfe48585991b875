"""The resources of xAPI: thin translations between HTTP and the store."""
