"""What to write instead of names that come from elsewhere: other libraries, other releases of
torchtune, other recipes, other places of the file.

    advise      goes over the findings and gives those that it has an answer for another help
    spot        where in the source a finding stands
    scene       the config that the source makes, and who reads what in it
    answers     the answers of schemas/knowledge/elsewhere.json, with the user's own values
    misplaced   keys that are right, in another place
    modules     lists of the modules that LoRA adapts
    sections    a component written where its section stands
    keys        the answer to one key
    parts       a mapping of foreign words, taken apart
    rows        lists of whole settings
    files       a whole file of another program
    levels      what varies, in the words of sweeps of other programs
    wrapped     values in a mapping of their own
    unwrap      mappings in a list or a text of their own
    bases       names of configs as people type them

None of it is imported while there is nothing to advise on.
"""
