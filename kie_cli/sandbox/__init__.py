"""The offline imitation of kie.ai: its answers without network and money; pictures say so."""
