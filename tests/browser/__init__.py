"""The suite as people see it: a browser, a running Odoo, a running platform."""
