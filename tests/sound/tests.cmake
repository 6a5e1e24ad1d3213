# The sound itself, judged by the rendered samples; a minute of two presets in the short form.
auralis_script_test(music sound 900 ${python} sound/test_sound.py)
