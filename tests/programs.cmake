# Tests of the whole program, in Python.  Debian's interpreter by its path: it is the one that has
# numpy, scikit-learn, jsonschema and yaml.  A test that cannot run here exits 77: skipped.
set(TRAINCAST_PYTHON /usr/bin/python3 CACHE FILEPATH "Interpreter of the tests in Python")

# traincast_program_test(NAME LABEL SECONDS SCRIPT [ARGUMENTS...])
function(traincast_program_test name label seconds script)
  add_test(NAME ${name} COMMAND ${TRAINCAST_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/${script} ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS "${label}" TIMEOUT ${seconds}
    SKIP_RETURN_CODE 77
    ENVIRONMENT "TRAINCAST=$<TARGET_FILE:traincast>;PYTHONDONTWRITEBYTECODE=1")
endfunction()

# Long arithmetic, of which a sanitizer or another compiler's build would show nothing new.
set(heavy learning_curve same_optimum svm admm kmeans command_line estimate calibrate validate
  sweep sync same_learning real_data what_if query slurm random_runs search)

file(GLOB scripts CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} conformance/*.py)
foreach(script IN LISTS scripts)
  get_filename_component(stem ${script} NAME_WE)
  file(READ ${script} text)
  set(label conformance)
  if(stem IN_LIST heavy)
    list(APPEND label heavy)
  endif()
  # A script may have a class Slow, for `verify`, beside a class Fast.
  if(text MATCHES "\nclass Slow\\(")
    traincast_program_test(conformance.${stem} "${label}" 600 ${script} Fast)
    traincast_program_test(slow.${stem} slow 1800 ${script} Slow)
  else()
    traincast_program_test(conformance.${stem} "${label}" 600 ${script})
  endif()
endforeach()
traincast_program_test(golden.scenarios golden 300 golden/run.py)
traincast_program_test(bad.scenarios bad 120 bad/run.py)
