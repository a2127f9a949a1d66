"""From a question in English and a schema to SQL that was checked and run."""
