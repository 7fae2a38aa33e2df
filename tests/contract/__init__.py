"""The contract: what every connector keeps, tried on each platform's sandbox over real HTTP.

The tests know the port and no platform. What they need to know of one is data in a module named after its code
(``alipay.py`` …), found by being there; ``kit/model.py`` says what it holds.
"""
