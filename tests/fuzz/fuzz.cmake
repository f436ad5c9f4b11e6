# tests/fuzz/fuzz_NAME.c with its seeds in corpus/NAME: clang, -DTRAINCAST_FUZZ=ON, best with
# -DTRAINCAST_SANITIZE=ON.  As a test each runs for a minute from the seeds; by hand as long as you
# like:  tests/fuzz_NAME -max_total_time=3600 NEW_FINDS tests/fuzz/corpus/NAME
if(TRAINCAST_FUZZ)
  set(TRAINCAST_FUZZ_SECONDS 60 CACHE STRING "How long each fuzz target runs as a test")
  file(GLOB fuzzers CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} fuzz/fuzz_*.c)
  foreach(source IN LISTS fuzzers)
    get_filename_component(target ${source} NAME_WE)
    string(REPLACE "fuzz_" "" stem ${target})
    add_executable(${target} ${source})
    target_link_libraries(${target} PRIVATE test_support)
    foreach(library IN ITEMS scenario traces)
      if(TARGET ${library})
        target_link_libraries(${target} PRIVATE ${library})
      endif()
    endforeach()
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    # What it finds goes to the build folder; the seeds stay as they are.
    file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/corpus/${stem})
    add_test(NAME fuzz.${stem} COMMAND ${target} -max_total_time=${TRAINCAST_FUZZ_SECONDS}
      -max_len=8192 -timeout=10 -rss_limit_mb=2048 -artifact_prefix=${CMAKE_CURRENT_BINARY_DIR}/
      -verbosity=0 -print_final_stats=1
      ${CMAKE_CURRENT_BINARY_DIR}/corpus/${stem} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${stem}
      WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    math(EXPR limit "${TRAINCAST_FUZZ_SECONDS} + 300")
    set_tests_properties(fuzz.${stem} PROPERTIES LABELS fuzz TIMEOUT ${limit})
  endforeach()
endif()
