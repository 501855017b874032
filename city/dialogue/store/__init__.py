"""The SQL of dialogue: surveys and their answers, questions and theirs."""
