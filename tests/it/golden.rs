//! Golden cases: folders of a database, a model and what the program answers. Knows the program by its command line alone.
//!
//! A case is `fixtures/golden/<sentence>/`, and the sentence is its test's name:
//! - `db.sql` makes the database, `model.json` is the model, `args` holds further arguments, each on a line of its own;
//! - `expected/` is what lies in the output folder, byte by byte; the program's version stands there as `VERSION`, and
//!   `upload.sh` is compared where it is kept;
//! - `expected/exit` and `expected/stderr` are there where a run does not end with 0; with code 4 there are files too;
//! - `more.sql`, where there is one, adds rows that no document shows, so many that related tables are joined and no longer
//!   kept: the answer must be the same.
//!
//! `UPDATE_EXPECT=1 cargo test --test it golden::` rewrites what is expected; read the difference before you keep it.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::cli::{Ended, litebulk, tree};

mod campus;
mod choice;
mod threads;

/// Makes a test of each sentence, and a list of all.
macro_rules! cases {
    ($($sentence:ident)*) => {
        const CASES: &[&str] = &[$(stringify!($sentence)),*];
        $(
            #[test]
            fn $sentence() {
                check(stringify!($sentence));
            }
        )*
    };
}

cases! {
    a_bad_value_of_a_view_is_told_with_its_key
    a_bare_number_in_a_date_field_is_a_data_error
    a_blob_as_key_is_a_data_error
    a_blob_in_a_related_compound_key_is_a_data_error
    a_blob_in_a_template_is_a_data_error
    a_blob_without_from_is_a_data_error
    a_child_in_a_join_wants_a_routing
    a_child_table_becomes_a_list_of_objects
    a_child_table_is_filtered_ordered_limited_and_templated
    a_collation_that_only_its_program_knows_compares_bytes
    a_column_of_the_propertys_name_comes_before_the_key_in_p_id
    a_completion_leaves_nulls_out_of_its_input
    a_completion_of_es1_keeps_output_and_payload
    a_completion_of_es5_leaves_empty_text_out_of_its_input
    a_completion_takes_its_context_from_another_field
    a_dangling_compound_key_is_a_data_error
    a_dangling_key_is_a_data_error
    a_dangling_key_of_a_list_is_a_data_error
    a_date_that_is_none_is_a_data_error
    a_delete_has_no_source
    a_document_of_queries_without_one_is_a_data_error
    a_foreign_key_in_a_column_of_the_propertys_name_becomes_an_object
    a_foreign_key_in_column_p_id_becomes_an_object
    a_fraction_in_a_whole_number_field_is_a_data_error
    a_join_table_named_after_the_property_becomes_a_list
    a_join_table_needs_its_way_told_when_nothing_is_declared
    a_key_twice_in_json_text_is_a_data_error
    a_many_goes_through_a_join_table
    a_many_inside_a_many_goes_through_join_tables
    a_many_inside_a_many_inside_a_one_works
    a_many_is_filtered_ordered_and_limited
    a_mapping_file_of_its_own_is_read
    a_missing_mapping_file_hides_no_other_fault
    a_model_that_is_no_json_is_a_fault
    a_null_id_is_a_data_error
    a_null_in_an_id_template_is_a_data_error
    a_null_key_gives_null_and_no_rows_an_empty_list
    a_null_value_that_its_field_does_not_take_is_a_fault
    a_number_out_of_range_is_a_data_error
    a_one_inside_a_many_works
    a_one_inside_a_one_works_to_any_depth
    a_polygon_whose_hole_is_outside_is_a_data_error
    a_query_may_end_in_a_comment
    a_related_table_without_a_primary_key_is_known_by_the_column_pointed_at
    a_relation_that_nothing_tells_is_a_fault
    a_repeated_id_is_a_data_error
    a_routing_is_that_of_the_field_it_is_taken_from
    a_second_vector_of_a_document_is_a_data_error
    a_table_may_have_a_name_that_the_program_gives_tables
    a_table_too_large_to_keep_is_joined
    a_table_too_large_to_keep_needs_a_unique_key
    a_table_without_a_key_needs_an_id
    a_table_without_a_key_takes_the_rowid_by_name
    a_table_without_rowid_is_read_by_its_key
    a_template_takes_columns_of_the_join_table
    a_term_too_long_is_a_data_error
    a_vector_of_another_length_is_a_data_error
    a_version_that_is_no_number_is_a_data_error
    a_version_with_an_update_is_a_fault
    a_virtual_table_is_a_source
    a_where_of_a_list_that_fails_rejects_the_documents_of_its_rows_alone
    a_where_on_the_join_table_leaves_out_keys_that_point_at_nothing
    a_zone_in_another_season_is_a_data_error
    action_lines_hold_routing_version_and_pipeline
    action_options_the_target_does_not_know_are_faults
    an_ambiguous_foreign_key_is_a_fault
    an_empty_id_is_a_data_error
    an_empty_table_has_a_mapping_and_no_part
    an_entry_for_an_unmapped_field_is_a_fault
    an_epoch_format_that_finds_dates_in_text_is_a_fault
    an_explicit_one_needs_no_declared_key
    an_explicit_one_without_a_unique_index_reads_the_table_once
    an_id_of_more_than_512_bytes_is_a_data_error
    an_index_of_many_can_be_chosen
    an_infinity_as_key_is_a_data_error
    an_infinity_in_a_template_is_a_data_error
    an_infinity_is_a_data_error
    an_order_of_a_list_that_fails_rejects_the_documents_of_its_rows_alone
    an_undeclared_join_table_works_when_its_way_is_told
    an_unknown_column_is_a_fault
    an_unknown_column_of_the_join_table_is_a_fault
    an_unknown_table_is_a_fault
    an_update_writes_doc_and_upsert
    broken_json_text_is_a_data_error
    columns_called_true_and_false_stand_beside_conditions
    columns_may_have_names_that_the_program_uses_itself
    columns_of_the_join_table_are_told_from_those_of_other_tables
    compound_foreign_keys_are_joined_where_the_table_is_large
    compound_foreign_keys_relate_rows_in_both_directions
    compound_ids_are_joined_and_templates_are_filled
    compound_ids_that_join_alike_are_a_data_error
    copies_aliases_and_multi_fields_get_no_value
    dates_keep_their_spelling_or_get_the_letter_t
    documents_below_a_parent_want_a_routing
    documents_without_the_routing_they_want_are_data_errors
    every_bad_field_of_a_document_is_listed
    every_document_can_be_rejected
    every_fault_is_told_at_once
    every_fault_of_a_relation_is_told_at_once
    every_from_reads_what_is_stored
    faults_of_text_database_and_target_are_told_together
    from_reads_each_value_of_a_list
    from_reads_the_key_of_a_related_row
    generated_columns_and_strict_tables_are_tables
    half_a_surrogate_pair_is_a_data_error
    invalid_utf_8_is_a_data_error
    json_text_goes_out_as_json
    jsonb_is_read_with_sql
    keys_compare_in_their_columns_collation
    keys_of_every_shape_are_pointed_at
    keys_stored_in_another_class_still_refer
    keys_with_half_a_surrogate_pair_end_a_run_that_rejects
    large_tables_are_joined_inside_lists_that_speak_of_their_join_table
    lists_of_a_view_follow_the_foreign_key_whatever_makes_the_id
    lists_of_documents_ordered_by_another_column_follow_them
    lists_point_at_what_makes_the_id_of_a_view_or_query
    logs_take_one_time_a_document
    lossy_fields_take_what_the_engine_alters
    names_with_spaces_quotes_and_keywords_work
    nested_objects_of_text_lists_and_kept_rows_are_counted_together
    null_in_a_related_compound_key_makes_it_null
    nulls_and_duplicates_in_lists_stay
    nulls_can_be_left_out
    opensearch_gets_its_own_spelling
    parent_and_child_tell_the_ways_of_a_self_referencing_join_table_apart
    parts_are_cut_at_the_size_asked_for
    queries_and_views_are_sources
    queries_ask_for_fields_of_the_mapping
    rejected_documents_are_written_aside
    rejected_ids_reject_their_documents
    rejected_related_rows_reject_their_documents_alone
    related_rows_at_which_sql_fails_reject_their_documents
    rows_at_which_a_where_fails_are_rejected
    rows_at_which_sql_fails_are_rejected_and_the_rest_goes_on
    rows_of_a_list_are_named_by_their_own_keys
    rows_of_a_list_are_ordered_by_a_column_that_their_large_table_has_too
    rows_of_a_query_or_a_view_at_which_sql_fails_are_rejected
    rows_of_a_table_that_refers_to_itself_have_a_parent_and_children
    rows_of_a_view_without_a_key_hold_no_lists
    self_joins_inside_lists_keep_their_rows_apart
    settings_and_aliases_go_out_verbatim
    settings_say_what_is_coerced
    settings_say_what_is_malformed
    several_rows_with_a_number_as_key_reject_what_points_at_them
    several_rows_with_the_key_pointed_at_are_a_data_error
    sql_expressions_see_the_row_and_nothing_else
    sql_of_a_relation_that_sqlite_refuses_is_a_fault
    sql_that_fails_at_a_row_is_a_data_error
    sql_that_fails_beside_rows_of_one_id_ends_the_run
    sql_that_fails_in_a_query_ends_the_run
    sql_that_reaches_out_of_its_place_is_a_fault
    sql_that_sqlite_refuses_is_a_fault
    sql_with_parameters_is_a_fault
    tables_without_keys_are_related_by_the_column_of_the_id
    templates_hold_text_columns_and_literal_braces
    text_in_a_numeric_field_is_a_data_error
    text_keys_order_documents_and_relations
    the_first_bad_value_in_document_order_is_told
    the_rest_of_an_object_that_is_null_goes_with_nulls_omitted
    too_many_nested_objects_are_a_data_error
    two_columns_of_one_name_in_a_query_are_a_fault
    two_foreign_keys_of_one_column_are_a_fault
    typed_targets_name_the_type_and_its_routing
    typed_targets_of_old_spell_action_lines_their_way
    utf_16_databases_are_ordered_as_sqlite_orders_them
    values_at_the_edges_of_their_types_stay_exact
    values_that_do_not_fit_what_an_unmapped_member_became_are_data_errors
    views_are_in_the_order_of_what_they_show
    views_take_part_in_relations
    what_a_table_without_a_key_is_known_by_must_be_named
    what_does_not_follow_from_a_fault_is_told_too
    what_is_refused_is_told_before_what_is_altered
    where_chooses_rows_and_leaves_their_lists_whole
}

#[test]
fn every_golden_folder_has_a_test() {
    let folders: BTreeSet<String> = fs::read_dir(golden())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let tests: BTreeSet<String> = CASES.iter().map(|&name| name.to_owned()).collect();
    let differing: Vec<&String> = folders.symmetric_difference(&tests).collect();
    assert!(differing.is_empty(), "a folder without a test, or the reverse: {differing:?}");
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/golden")
}

/// The files of a case by path, as they are compared.
type Files = BTreeMap<String, Vec<u8>>;

/// Runs a case, and compares everything it leaves with what is expected.
fn check(case: &str) {
    let folder = golden().join(case);
    let (ended, found) = run_case(&folder, false);
    assert_eq!(ended.stdout, "", "stdout is for machines");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        rewrite(&folder.join("expected"), &found);
    }
    let expected: Files = tree(&folder.join("expected")).into_iter().collect();
    compare(case, &expected, &found);
    if folder.join("more.sql").exists() {
        let (_, joined) = run_case(&folder, true);
        compare(&format!("{case}, with more rows"), &expected, &joined);
    }
}

fn run_case(folder: &Path, more: bool) -> (Ended, Files) {
    let place = TempDir::new().unwrap();
    let mut sql = vec!["db.sql"];
    if more {
        sql.push("more.sql");
    }
    build(&place.path().join("db.sqlite3"), sql.iter().map(|name| folder.join(name)));
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "json") {
            fs::copy(&path, place.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let args = fs::read_to_string(folder.join("args")).unwrap_or_default();
    let mut command = litebulk(place.path());
    command.args(["export", "db.sqlite3", "-m", "model.json"]).args(args.lines());
    let output = command.output().unwrap();
    let ended = Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    let kept = folder.join("expected");
    let found = found(&ended, place.path(), |name| kept.join(name).exists());
    (ended, found)
}

/// A database of the statements in the files.
pub(super) fn build(path: &Path, files: impl IntoIterator<Item = PathBuf>) {
    let connection = Connection::open(path).unwrap();
    // Cases hold what should not be there, too.
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    for file in files {
        let sql = fs::read_to_string(&file).unwrap();
        connection
            .execute_batch(&sql)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

/// What a run left, and where it did not end with 0, how it ended.
fn found(ended: &Ended, place: &Path, is_kept: impl Fn(&str) -> bool) -> Files {
    let out = place.join("out");
    let mut files: Files = if out.exists() {
        tree(&out).into_iter().map(|(name, bytes)| (name.clone(), stable(&name, bytes))).collect()
    } else {
        Files::new()
    };
    let scripts = files.keys().filter(|name| name.ends_with("/upload.sh")).count();
    let manifests = files.keys().filter(|name| name.ends_with("/manifest.json")).count();
    assert_eq!(scripts, manifests, "every export has its script");
    files.retain(|name, _| !name.ends_with("/upload.sh") || is_kept(name));
    if ended.code != Some(0) {
        files.insert("exit".to_owned(), format!("{}\n", ended.code.unwrap_or(-1)).into_bytes());
    }
    if !matches!(ended.code, Some(0 | 4)) {
        files.insert("stderr".to_owned(), ended.stderr.clone().into_bytes());
    }
    files
}

/// A manifest without the program's version.
fn stable(name: &str, bytes: Vec<u8>) -> Vec<u8> {
    if !name.ends_with("/manifest.json") {
        return bytes;
    }
    let text = String::from_utf8(bytes).unwrap();
    let version = concat!("\"litebulk\": \"", env!("CARGO_PKG_VERSION"), "\"");
    assert!(text.contains(version), "{text}");
    text.replace(version, "\"litebulk\": \"VERSION\"").into_bytes()
}

fn rewrite(expected: &Path, found: &Files) {
    if expected.exists() {
        fs::remove_dir_all(expected).unwrap();
    }
    for (name, bytes) in found {
        let path = expected.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn compare(case: &str, expected: &Files, found: &Files) {
    let mut differences = String::new();
    let names: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    for name in names {
        match (expected.get(name), found.get(name)) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => {
                differences.push_str(&format!("{name}:\n{}", difference(a, b)));
            }
            (Some(_), None) => differences.push_str(&format!("{name}: missing\n")),
            (None, other) => {
                let bytes = other.map(Vec::as_slice).unwrap_or_default();
                let text = String::from_utf8_lossy(bytes);
                differences.push_str(&format!("{name}: not expected\n{text}\n"));
            }
        }
    }
    assert!(differences.is_empty(), "{case}: found is not as expected\n{differences}");
}

/// The lines that differ, first of all what was expected.
fn difference(expected: &[u8], found: &[u8]) -> String {
    let (expected, found) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(found));
    let (a, b): (Vec<&str>, Vec<&str>) =
        (expected.split('\n').collect(), found.split('\n').collect());
    let mut text = String::new();
    for line in 0..a.len().max(b.len()) {
        let (a, b) = (a.get(line), b.get(line));
        if a != b {
            for (sign, side) in [('-', a), ('+', b)] {
                if let Some(side) = side {
                    text.push_str(&format!("  {:>4} {sign} {side}\n", line + 1));
                }
            }
        }
    }
    text
}
