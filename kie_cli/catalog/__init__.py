"""
What each model takes: one JSON record a model, in `data/MODEL-ID.json`, read when it is asked for.

A model is added by its record alone; no module names one (short names: `aliases.json`). The
records say what kie.ai's own pages and live listing said on the dates under `facts` (format:
`record.schema.json`).
"""
