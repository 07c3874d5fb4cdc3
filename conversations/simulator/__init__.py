"""A stand-in for WhatsApp's Cloud API and a phone on a web page (C70, D28).

A process of its own: no Django, its own SQLite file, an event loop of aiohttp. Nothing here reaches WhatsApp.
"""
