/* SPDX-License-Identifier: MIT
 * graph.c -- graphs are what their names say, and connected. */
#include "traces/graph/graph.h"

#include "tests/test.h"

static bool build(const char *kind, int32_t nodes, struct graph *graph, struct diag_list *diags)
{
    struct graph_request request = {.nodes = nodes, .place = {"test.yaml", 3, 5}};

    diag_init(diags);
    return graph_build(graph, family_find(&graph_family, kind), &request, diags);
}

static void a_ring_of_n_has_n_edges_but_two_nodes_have_one(void **state)
{
    struct diag_list diags;
    struct graph graph;

    (void)state;
    for (int32_t n = 1; n <= 6; n++) {
        assert_true(build("ring", n, &graph, &diags));
        assert_int_equal(graph.edges, n > 2 ? n : n - 1);
        graph_done(&graph);
    }
}

static void in_a_complete_graph_everybody_is_linked_once(void **state)
{
    struct diag_list diags;
    struct graph graph;

    (void)state;
    assert_true(build("complete", 7, &graph, &diags));
    assert_int_equal(graph.edges, 21);
    for (int32_t i = 0; i < 7; i++)
        for (int32_t j = 0; j < 7; j++)
            assert_false(graph_link(&graph, i, j));
    graph_done(&graph);
}

static void the_first_node_that_is_not_reached_is_named(void **state)
{
    struct graph graph = {.nodes = 6};

    (void)state;
    assert_int_equal(graph_unreached(&graph), 1);
    assert_true(graph_link(&graph, 5, 0));
    assert_true(graph_link(&graph, 1, 5));
    assert_true(graph_link(&graph, 2, 3));
    assert_int_equal(graph_unreached(&graph), 2);
    assert_true(graph_link(&graph, 3, 4));
    assert_true(graph_link(&graph, 4, 0));
    assert_int_equal(graph_unreached(&graph), -1);
    graph_done(&graph);
}

static void a_graph_in_two_parts_is_refused_where_it_was_chosen(void **state)
{
    char path[] = "tests/bad/peers-graph.txt";
    struct graph_file_conf conf = {path};
    struct graph_request request = {.conf = &conf, .nodes = 6, .place = {"test.yaml", 3, 5}};
    struct diag_list diags;
    struct graph graph;

    (void)state;
    diag_init(&diags);
    assert_false(graph_build(&graph, family_find(&graph_family, "file"), &request, &diags));
    assert_int_equal(diags.errors, 1);
    assert_int_equal(diags.diag[0].place.line, 3);
    assert_non_null(strstr(diags.diag[0].text, "not connected"));
    assert_null(graph.edge);
    diag_done(&diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ring_of_n_has_n_edges_but_two_nodes_have_one),
        cmocka_unit_test(in_a_complete_graph_everybody_is_linked_once),
        cmocka_unit_test(the_first_node_that_is_not_reached_is_named),
        cmocka_unit_test(a_graph_in_two_parts_is_refused_where_it_was_chosen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
