//! Settings, and names in fields that settings define.

use super::*;

/// Settings, properties, the targets that refuse the two, and the pointer of the fault.
#[rustfmt::skip]
const SETTINGS_REFUSED: &[(&str, &str, &str, &str)] = &[
    (r#"{"mode":"logsdb"}"#, LONG, ES5_ON, "/settings/mode"),
    (r#"{"index.mode":"logsdb"}"#, r#"{"@timestamp":{"type":"date"}}"#, "es5 es6 es7 os1 os2 os3", "/settings/index.mode"),
    (r#"{"number_of_shards":"3","index":{"number_of_replicas":0},"index.refresh_interval":"-1"}"#, LONG, "", ""),
    (r#"{"number_of_shards":0}"#, LONG, ALL, "/settings/number_of_shards"),
    (r#"{"index":{"number_of_replicas":"x"}}"#, LONG, ALL, "/settings/index/number_of_replicas"),
    (r#"{"number_of_shards":1025}"#, LONG, ES5_ON, "/settings/number_of_shards"),
    (r#"{"refresh_interval":"x"}"#, LONG, ALL, "/settings/refresh_interval"),
    (r#"{"refresh_interval":"5"}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/refresh_interval"),
    (r#"{"codec":"best"}"#, LONG, ALL, "/settings/codec"),
    (r#"{"index.zzz":1}"#, LONG, ES5_ON, "/settings/index.zzz"),
    (r#"{"mapper":{"dynamic":false}}"#, LONG, "es8 es9 os1 os2", "/settings/mapper/dynamic"),
    (r#"{"translog.interval":"5s"}"#, LONG, ES5_ON, "/settings/translog.interval"),
    (r#"{"blocks.write":"yes"}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/blocks.write"),
    (r#"{"max_result_window":0}"#, LONG, ES5_ON, "/settings/max_result_window"),
    (r#"{"routing.allocation.require.zone":"a","analysis":{"zzz":{}},"auto_expand_replicas":"0-all"}"#, LONG, "", ""),
    (r#"{"analysis":{"char_filter":{"h":{"type":"htmlStrip"}}}}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/analysis/char_filter/h/type"),
    (r#"{"analysis":{"analyzer":{"x":{"tokenizer":"standard","char_filter":["htmlStrip"]}}}}"#, LONG, "es7 es8 es9 os1 os2 os3", "/settings/analysis/analyzer/x/char_filter"),
    (r#"{"blocks.write":true}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/blocks.write"),
    (r#"{"index":{"blocks":{"read_only":"true"}}}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/index/blocks/read_only"),
    (r#"{"blocks.write":false,"blocks.read_only":"false"}"#, LONG, "", ""),
    (r#"{"routing.allocation.include._tier_preference":"data_content"}"#, LONG, "es1 es2 es5 es6", "/settings/routing.allocation.include._tier_preference"),
    (r#"{"sort.field":["f"]}"#, LONG, "es5", "/settings/sort.field"),
    (r#"{"sort.order":["desc","asc"]}"#, LONG, ES5_ON, "/settings/sort.order"),
    (r#"{"sort.field":"g"}"#, LONG, ES5_ON, "/settings/sort.field"),
    (r#"{"sort.field":"f"}"#, r#"{"f":{"type":"half_float"}}"#, ES5_ON, "/settings/sort.field"),
    (r#"{"sort.field":"f"}"#, r#"{"f":{"type":"scaled_float","scaling_factor":10}}"#, ES5_ON, "/settings/sort.field"),
    (r#"{"sort.field":"f"}"#, r#"{"f":{"type":"token_count","analyzer":"standard"}}"#, "es5", "/settings/sort.field"),
    (r#"{"analysis":{"analyzer":{"x":{"tokenizer":"standard","filter":["lowercase","mine"]}},"filter":{"mine":{"type":"stop"}}}}"#, TEXT, "", ""),
    (r#"{"index.analysis.analyzer.x.type":"custom","index.analysis.analyzer.x.tokenizer":"standard"}"#, TEXT, "", ""),
    (r#"{"analysis":{"analyzer":{"y":{"tokenizer":"standard"}}}}"#, TEXT, ALL, "/properties/f/analyzer"),
    (r#"{"index":{"analysis":{"analyzer":{"x":{"tokenizer":"zzz"}}}}}"#, TEXT, ALL, "/settings/index/analysis/analyzer/x/tokenizer"),
    (r#"{"analysis":{"analyzer":{"x":{"tokenizer":"standard","filter":"zzz"}}}}"#, TEXT, ALL, "/settings/analysis/analyzer/x/filter"),
    (r#"{"analysis":{"analyzer":{"x":{"tokenizer":"standard","char_filter":["mapping"]}}}}"#, TEXT, ALL, "/settings/analysis/analyzer/x/char_filter"),
    (r#"{"analysis":{"analyzer":{"x":{"filter":["lowercase"]}}}}"#, TEXT, ALL, "/settings/analysis/analyzer/x/filter"),
    (r#"{"analysis":{"analyzer":{"x":{"tokenizer":"standard","filter":["standard"]}}}}"#, TEXT, ES7_ON, "/settings/analysis/analyzer/x/filter"),
    (r#"{"analysis":{"filter":{"n":{"min_gram":1}}}}"#, LONG, ALL, "/settings/analysis/filter/n/min_gram"),
    (r#"{"analysis":{"filter":{"n":{"type":"nGram"}}}}"#, LONG, "es7 es8 es9", "/settings/analysis/filter/n/type"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"edgeNGram"}}}}"#, LONG, "es8 es9 os3", "/settings/analysis/tokenizer/n/type"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"ngram","min_gram":1,"max_gram":"5"}}}}"#, LONG, ES7_ON, "/settings/analysis/tokenizer/n/max_gram"),
    (r#"{"analysis":{"filter":{"n":{"type":"shingle","max_shingle_size":5}}}}"#, LONG, ES7_ON, "/settings/analysis/filter/n/max_shingle_size"),
    (r#"{"analysis":{"filter":{"n":{"type":"shingle","max_shingle_size":4},"e":{"type":"edge_ngram","min_gram":1,"max_gram":20}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"normalizer":{"n":{"filter":["stop"]}}}}"#, LONG, ES5_ON, "/settings/analysis/normalizer/n/filter"),
    (r#"{"analysis":{"normalizer":{"n":{"filter":["lowercase","asciifolding"]}}}}"#, r#"{"f":{"type":"keyword","normalizer":"n"}}"#, "", ""),
    (r#"{"similarity":{"my":{"type":"BM25"}}}"#, r#"{"f":{"type":"text","similarity":"my"}}"#, "", ""),
    (r#"{}"#, r#"{"f":{"type":"text","similarity":"bm25"}}"#, ALL, "/properties/f/similarity"),
    (r#"{"similarity":{"my":{"type":"BM25","b":2}}}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/similarity/my/b"),
    (r#"{"similarity":{"my":{"type":"BM25","zz":2}}}"#, LONG, ES7_ON, "/settings/similarity/my/zz"),
    (r#"{"similarity":{"my":{"type":"DFR"}}}"#, LONG, ALL, "/settings/similarity/my/type"),
    (r#"{"similarity":{"my":{"type":"DFR","basic_model":"be","after_effect":"l","normalization":"h1"}}}"#, LONG, ES7_ON, "/settings/similarity/my/basic_model"),
    // 1.x and 2.x read these when a shard starts, and take no document where they cannot.
    (r#"{"codec":"default"}"#, LONG, "", ""),
    (r#"{"codec":"best_compression"}"#, LONG, "es1", "/settings/codec"),
    (r#"{"index.codec":"best_speed"}"#, LONG, ALL, "/settings/index.codec"),
    (r#"{"refresh_interval":30}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/refresh_interval"),
    (r#"{"refresh_interval":"30s","gc_deletes":0}"#, LONG, "", ""),
    (r#"{"translog":{"flush_threshold_size":100}}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/translog/flush_threshold_size"),
    (r#"{"merge.policy.max_merge_at_once":1}"#, LONG, ALL, "/settings/merge.policy.max_merge_at_once"),
    (r#"{"merge.policy.segments_per_tier":1}"#, LONG, ALL, "/settings/merge.policy.segments_per_tier"),
    (r#"{"store.type":"memory"}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/store.type"),
    (r#"{"store.type":"hybridfs"}"#, LONG, "es1 es2 es5", "/settings/store.type"),
    (r#"{"store.type":"default"}"#, LONG, "es6 es7 es8 es9 os1 os2 os3", "/settings/store.type"),
    (r#"{"query.default_field":["f"]}"#, LONG, "es5", "/settings/query.default_field"),
    (r#"{"query.default_field":"f"}"#, LONG, "", ""),
    (r#"{"store.preload":["nvd"]}"#, LONG, "", ""),
    (r#"{"translog.sync_interval":"10ms"}"#, LONG, ES5_ON, "/settings/translog.sync_interval"),
    (r#"{"translog.sync_interval":"100ms"}"#, LONG, "", ""),
    (r#"{"mapping.synthetic_source_keep":"all"}"#, LONG, ES5_ON, "/settings/mapping.synthetic_source_keep"),
    (r#"{"merge.scheduler.max_merge_count":0}"#, LONG, "es5 es6 es7 es8 es9 os1 os2 os3", "/settings/merge.scheduler.max_merge_count"),
    (r#"{"mapping.nested_fields.limit":-1}"#, LONG, ES5_ON, "/settings/mapping.nested_fields.limit"),
    (r#"{"mapping.depth.limit":0}"#, LONG, ES5_ON, "/settings/mapping.depth.limit"),
    (r#"{"translog.fs.type":"x"}"#, LONG, ALL, "/settings/translog.fs.type"),
    (r#"{"compound_format":2}"#, LONG, ALL, "/settings/compound_format"),
    (r#"{"compound_format":"0.1"}"#, LONG, "", ""),
    (r#"{"store.fs.fs_lock":"x"}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/store.fs.fs_lock"),
    (r#"{"merge.policy.floor_segment":0}"#, LONG, ALL, "/settings/merge.policy.floor_segment"),
    (r#"{"translog.flush_threshold_size":"0"}"#, LONG, ES6_ON, "/settings/translog.flush_threshold_size"),
    (r#"{"routing.allocation.total_shards_per_node":2.5}"#, LONG, ALL, "/settings/routing.allocation.total_shards_per_node"),
    (r#"{"merge.policy.max_merge_at_once_explicit":1}"#, LONG, ALL, "/settings/merge.policy.max_merge_at_once_explicit"),
    (r#"{"format":6}"#, LONG, "", ""),
    (r#"{"max_shingle_diff":0}"#, LONG, "es5 es7 es8 es9", "/settings/max_shingle_diff"),
    (r#"{"format":"x"}"#, LONG, ES5_ON, "/settings/format"),
    (r#"{"max_slices_per_scroll":3000000000}"#, LONG, ES5_ON, "/settings/max_slices_per_scroll"),
    (r#"{"mapping.total_fields.limit":3000000000}"#, LONG, "", ""),
    (r#"{"number_of_shards":null}"#, LONG, ES7_ON, "/settings/number_of_shards"),
    (r#"{"soft_deletes.retention_lease.period":-1}"#, LONG, ES5_ON, "/settings/soft_deletes.retention_lease.period"),
    (r#"{"zzz":null}"#, LONG, ES5_ON, "/settings/zzz"),
    (r#"{"refresh_interval":null}"#, LONG, "", ""),
    (r#"{"routing.allocation.enable":"None"}"#, LONG, ALL, "/settings/routing.allocation.enable"),
    (r#"{"routing.allocation.disable_new_allocation":"x"}"#, LONG, ALL, "/settings/routing.allocation.disable_new_allocation"),
    (r#"{"routing.allocation.exclude._tier_preference":"data_hot"}"#, LONG, "", ""),
    (r#"{"routing.allocation.require._tier":"data_hot"}"#, LONG, "es1 es2 es5 es6 es8 es9", "/settings/routing.allocation.require._tier"),
    (r#"{"translog.type":"fs"}"#, LONG, ALL, "/settings/translog.type"),
    (r#"{"merge.policy.type":"x"}"#, LONG, "es1 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/merge.policy.type"),
    (r#"{"legacy.routing.hash.type":"x"}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/legacy.routing.hash.type"),
    (r#"{"max_adjacency_matrix_filters":1}"#, LONG, ES5_ON, "/settings/max_adjacency_matrix_filters"),
    (r#"{"merge.policy.max_merged_segment":"-1"}"#, LONG, ALL, "/settings/merge.policy.max_merged_segment"),
    (r#"{"merge.policy.floor_segment":"0b"}"#, LONG, ALL, "/settings/merge.policy.floor_segment"),
    (r#"{"recovery.initial_shards":"x"}"#, LONG, ES5_ON, "/settings/recovery.initial_shards"),
    (r#"{"routing_partition_size":0}"#, LONG, ES5_ON, "/settings/routing_partition_size"),
    (r#"{"sort.field":1}"#, LONG, ES5_ON, "/settings/sort.field"),
    (r#"{"write.wait_for_active_shards":3}"#, LONG, ES5_ON, "/settings/write.wait_for_active_shards"),
    (r#"{"write.wait_for_active_shards":3,"number_of_replicas":2}"#, LONG, "", ""),
    (r#"{"blocks.read_only_allow_delete":true}"#, LONG, ES5_ON, "/settings/blocks.read_only_allow_delete"),
    (r#"{"codec":"lucene_default"}"#, LONG, "es1", "/settings/codec"),
    (r#"{"search.idle.after":-1}"#, LONG, ES5_ON, "/settings/search.idle.after"),
    (r#"{"query.string.lenient":true}"#, LONG, ES5_ON, "/settings/query.string.lenient"),
    (r#"{"query.bool.max_clause_count":5}"#, LONG, ES5_ON, "/settings/query.bool.max_clause_count"),
    (r#"{"append_only.enabled":true}"#, LONG, ES5_ON, "/settings/append_only.enabled"),
    (r#"{"append_only.enabled":false}"#, LONG, "es5 es6 es7 es8 es9 os1", "/settings/append_only.enabled"),
    (r#"{"similarity":{"my":{"type":"IB","distribution":"ll","lambda":"df","normalization":"h2"}}}"#, LONG, "", ""),
    (r#"{"similarity":{"my":{"type":"DFI","independence_measure":"standardized"}}}"#, LONG, "es1", "/settings/similarity/my/type"),
    (r#"{"similarity":{"my":{"type":"LMJelinekMercer","lambda":2}}}"#, LONG, ES7_ON, "/settings/similarity/my/lambda"),
    (r#"{"similarity":{"BM25":{"type":"BM25"}}}"#, LONG, ES5_ON, "/settings/similarity/BM25/type"),
    (r#"{"similarity":{"default":{"type":"BM25","k1":"1.3"}}}"#, LONG, "", ""),
    (r#"{"analysis":{"filter":{"n":{"type":"synonym"}}}}"#, LONG, ALL, "/settings/analysis/filter/n/type"),
    (r#"{"analysis":{"filter":{"n":{"type":"synonym","synonyms":["a => b"]},"m":{"type":"keyword_marker","keywords":["a"]}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"filter":{"n":{"type":"synonym","synonyms_set":"s"}}}}"#, LONG, "es1 es2 es5 es6 es7 os1 os2 os3", "/settings/analysis/filter/n/type"),
    (r#"{"analysis":{"filter":{"n":{"type":"pattern_replace","pattern":"("}}}}"#, LONG, ALL, "/settings/analysis/filter/n/pattern"),
    (r#"{"analysis":{"filter":{"n":{"type":"edge_ngram","min_gram":3,"max_gram":2}}}}"#, LONG, ALL, "/settings/analysis/filter/n/min_gram"),
    (r#"{"analysis":{"filter":{"n":{"type":"length","min":"x"}}}}"#, LONG, ALL, "/settings/analysis/filter/n/min"),
    (r#"{"analysis":{"char_filter":{"n":{"type":"mapping","mappings":["ab"]}}}}"#, LONG, ALL, "/settings/analysis/char_filter/n/mappings"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"ngram","token_chars":["letter","x"]}}}}"#, LONG, ALL, "/settings/analysis/tokenizer/n/token_chars"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"path_hierarchy","delimiter":"--"}}}}"#, LONG, ALL, "/settings/analysis/tokenizer/n/delimiter"),
    (r#"{"analysis":{"normalizer":{"n":{"filter":["truncate"]}}}}"#, LONG, ES5_ON, "/settings/analysis/normalizer/n/filter"),
    (r#"{"analysis":{"normalizer":{"n":{"filter":["t"]}},"filter":{"t":{"type":"truncate","length":9}}}}"#, LONG, "es5 es6 es7 es8 es9 os1 os2", "/settings/analysis/normalizer/n/filter"),
    (r#"{"analysis":{"normalizer":{"n":{"filter":["trim"]}}}}"#, LONG, "es5", "/settings/analysis/normalizer/n/filter"),
    (r#"{"analysis":{"normalizer":{"n":{"char_filter":["html_strip"]}}}}"#, LONG, ES5_ON, "/settings/analysis/normalizer/n/char_filter"),
    (r#"{"analysis":{"filter":{"n":{"type":"stop","ignore_case":"x"}}}}"#, LONG, ES5_ON, "/settings/analysis/filter/n/ignore_case"),
    (r#"{"analysis":{"filter":{"n":{"type":"word_delimiter","catenate_all":"yes"}}}}"#, LONG, ES6_ON, "/settings/analysis/filter/n/catenate_all"),
    (r#"{"analysis":{"filter":{"n":{"type":"word_delimiter","type_table":["$ => digit"]}}}}"#, LONG, ALL, "/settings/analysis/filter/n/type_table"),
    (r#"{"analysis":{"filter":{"n":{"type":"stemmer","language":"klingon"}}}}"#, LONG, ALL, "/settings/analysis/filter/n/language"),
    (r#"{"analysis":{"filter":{"n":{"type":"stemmer","language":"English"},"m":{"type":"snowball","language":"german"}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"filter":{"n":{"type":"stemmer","name":"lovins"}}}}"#, LONG, "os3", "/settings/analysis/filter/n/name"),
    (r#"{"analysis":{"analyzer":{"n":{"type":"snowball","language":"german"}}}}"#, LONG, ALL, "/settings/analysis/analyzer/n/language"),
    (r#"{"analysis":{"filter":{"n":{"type":"lowercase","language":"Greek"}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"filter":{"n":{"type":"stemmer_override","rules":["a => b => c"]}}}}"#, LONG, ALL, "/settings/analysis/filter/n/rules"),
    (r#"{"analysis":{"filter":{"n":{"type":"keyword_marker","keywords":[]}}}}"#, LONG, "es1 es2 es5", "/settings/analysis/filter/n/type"),
    (r#"{"analysis":{"filter":{"n":{"type":"stop","enable_position_increments":true}}}}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/analysis/filter/n/enable_position_increments"),
    (r#"{"analysis":{"filter":{"n":{"type":"keep","keep_words":["a"],"keep_words_path":"a.txt"}}}}"#, LONG, ALL, "/settings/analysis/filter/n/keep_words_path"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"standard","max_token_length":1048577}}}}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/analysis/tokenizer/n/max_token_length"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"ngram","token_chars":["custom"],"custom_token_chars":"_"}}}}"#, LONG, "es1 es2 es5 es6", "/settings/analysis/tokenizer/n/token_chars"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"letter","max_token_length":"x"}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"char_filter":{"n":{"type":"pattern_replace","pattern":"a","flags":"X"}}}}"#, LONG, ES5_ON, "/settings/analysis/char_filter/n/flags"),
    (r#"{"analysis":{"filter":{"n":{"type":"pattern_replace","pattern":"(?:a)[(]","replacement":"$1"}}}}"#, LONG, ALL, "/settings/analysis/filter/n/replacement"),
    (r#"{"analysis":{"char_filter":{"n":{"type":"pattern_replace","pattern":"(?<x>a)","replacement":"\\$5$12"}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"pattern","group":1}}}}"#, LONG, ALL, "/settings/analysis/tokenizer/n/group"),
    (r#"{"analysis":{"char_filter":{"n":{"type":"mapping","mappings":["a=>b","a => c"]}}}}"#, LONG, ALL, "/settings/analysis/char_filter/n/mappings"),
    (r#"{"analysis":{"filter":{"n":{"type":"synonym","synonyms":["a, , b"]}}}}"#, LONG, ALL, "/settings/analysis/filter/n/synonyms"),
    (r#"{"analysis":{"filter":{"s":{"type":"synonym","synonyms":["a,b"]}},"analyzer":{"n":{"tokenizer":"standard","filter":["lowercase","shingle","s"]}}}}"#, LONG, ES7_ON, "/settings/analysis/analyzer/n/filter"),
    (r#"{"analysis":{"filter":{"s":{"type":"synonym","synonyms":["a,b"]}},"analyzer":{"n":{"tokenizer":"standard","filter":["stop","s","shingle"]}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"filter":{"n":{"type":"ngram","preserve_original":"x"}}}}"#, LONG, ES7_ON, "/settings/analysis/filter/n/preserve_original"),
    (r##"{"analysis":{"char_filter":{"n":{"type":"mapping","mappings":["# a","a=>b"]}}}}"##, LONG, "es1 es2 es5 es6 es7 es8 es9", "/settings/analysis/char_filter/n/mappings"),
    (r#"{"analysis":{"analyzer":{"n":{"type":"classic"}}}}"#, LONG, ALL, "/settings/analysis/analyzer/n/type"),
    (r#"{"analysis":{"analyzer":{"n":{"tokenizer":"pathHierarchy","filter":["cjkWidth"]}}}}"#, LONG, ES5_ON, "/settings/analysis/analyzer/n/tokenizer"),
    (r#"{"max_slices_per_scroll":0}"#, LONG, ES5_ON, "/settings/max_slices_per_scroll"),
    (r#"{"translog.flush_threshold_size":"512"}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/translog.flush_threshold_size"),
    (r#"{"translog.flush_threshold_size":"512mb","translog.durability":"Async","write.wait_for_active_shards":"all","indexing.slowlog.source":true}"#, LONG, "", ""),
    (r#"{"merge.policy.expunge_deletes_allowed":200}"#, LONG, ALL, "/settings/merge.policy.expunge_deletes_allowed"),
    (r#"{"search.slowlog.threshold.query.warn":"x"}"#, LONG, ALL, "/settings/search.slowlog.threshold.query.warn"),
    (r#"{"search.slowlog.threshold.query.warn":"10s","indexing.slowlog.threshold.index.info":-1}"#, LONG, "", ""),
    (r#"{"routing.allocation.enable":"x"}"#, LONG, ALL, "/settings/routing.allocation.enable"),
    (r#"{"query.default_field":["f",null]}"#, LONG, ES5_ON, "/settings/query.default_field"),
    (r#"{"number_of_replicas":null}"#, LONG, "es7 es8 es9", "/settings/number_of_replicas"),
    (r#"{"optimize_auto_generated_id":true}"#, LONG, ES7_ON, "/settings/optimize_auto_generated_id"),
    (r#"{"search.slowlog.level":"info"}"#, LONG, "es8 es9", "/settings/search.slowlog.level"),
    (r#"{"similarity.x":"a"}"#, LONG, ES5_ON, "/settings/similarity.x"),
    (r#"{"recovery.type":"x"}"#, LONG, ES5_ON, "/settings/recovery.type"),
    (r#"{"codec":[]}"#, LONG, ES6_ON, "/settings/codec"),
    (r#"{"zzz":[]}"#, LONG, ES6_ON, "/settings/zzz"),
    (r#"{"compound_format":"True"}"#, LONG, "", ""),
    (r#"{"refreshInterval":"x"}"#, LONG, ALL, "/settings/refreshInterval"),
    (r#"{"refreshInterval":"5s"}"#, LONG, ES5_ON, "/settings/refreshInterval"),
    (r#"{"compound_format":"yes"}"#, LONG, ALL, "/settings/compound_format"),
    (r#"{"store.stats_refresh_interval":"-1s"}"#, LONG, "", "/settings/store.stats_refresh_interval"),
    (r#"{"unassigned.node_left.delayed_timeout":-1}"#, LONG, "es7 es8 es9 os1 os2 os3", "/settings/unassigned.node_left.delayed_timeout"),
    (r#"{"number_of_replicas":2147483648}"#, LONG, ALL, "/settings/number_of_replicas"),
    (r#"{"indexing.slowlog.source":2147483648}"#, LONG, ES6_ON, "/settings/indexing.slowlog.source"),
    (r#"{"default_pipeline":""}"#, LONG, ES5_ON, "/settings/default_pipeline"),
    (r#"{"store.throttle.type":"x"}"#, LONG, ALL, "/settings/store.throttle.type"),
    (r#"{"store.throttle.type":"NONE"}"#, LONG, ES6_ON, "/settings/store.throttle.type"),
    (r#"{"routing.allocation.include._tier_preference":"data_hot,x"}"#, LONG, "es1 es2 es5 es6 es7 es8 es9", "/settings/routing.allocation.include._tier_preference"),
    (r#"{"routing.allocation.include._tier_preference":"data_hot,data_cold"}"#, LONG, "es1 es2 es5 es6", "/settings/routing.allocation.include._tier_preference"),
    (r#"{"routing.allocation.exclude._tier_preference":"x","routing.allocation.include._tier_preference":""}"#, LONG, "", ""),
    (r#"{"mode":"TIME_SERIES"}"#, LONG, "es5 es6 es7 es8 es9 os1 os2 os3", "/settings/mode"),
    (r#"{"mode":"time_series"}"#, LONG, "es5 es6 es7 es8 es9 os1 os2 os3", "/settings/mode"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"ngram","token_chars":["custom"]}}}}"#, LONG, ALL, "/settings/analysis/tokenizer/n/token_chars"),
    (r#"{"analysis":{"filter":{"n":{"type":"pattern_replace","pattern":["a"]}}}}"#, LONG, ES6_ON, "/settings/analysis/filter/n/pattern"),
    (r#"{"analysis":{"filter":{"n":{"type":"stop","ignore_case":" "}}}}"#, LONG, "es5", "/settings/analysis/filter/n/ignore_case"),
    (r#"{"analysis":{"filter":{"n":{"type":"synonym","synonyms":["a,b"],"lenient":"no"}}}}"#, LONG, ES6_ON, "/settings/analysis/filter/n/lenient"),
    (r#"{"analysis":{"filter":{"n":{"type":"hunspell"}}}}"#, LONG, ALL, "/settings/analysis/filter/n/type"),
    (r#"{"analysis":{"filter":{"n":{"type":"hunspell","locale":"de"}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"filter":{"n":{"type":"type_as_payload"}}}}"#, LONG, "es1 es6 es7 es8 es9 os1 os2 os3", "/settings/analysis/filter/n/type"),
    (r#"{"analysis":{"filter":{"n":{"type":"truncate","length":2147483648}}}}"#, LONG, ALL, "/settings/analysis/filter/n/length"),
    (r#"{"analysis":{"filter":{"n":{"type":"word_delimiter","type_table":[]}}}}"#, LONG, ES6_ON, "/settings/analysis/filter/n/type_table"),
    (r#"{"analysis":{"filter":{"n":{"type":"keep","keep_words":""}}}}"#, LONG, ES6_ON, "/settings/analysis/filter/n/type"),
    (r#"{"analysis":{"filter":{"n":{"type":"pattern_replace","pattern":"a\\"}}}}"#, LONG, ALL, "/settings/analysis/filter/n/pattern"),
    (r#"{"analysis":{"filter":{"n":{"type":"pattern_replace","pattern":"[a[b]"}}}}"#, LONG, ALL, "/settings/analysis/filter/n/pattern"),
    (r#"{"analysis":{"filter":{"n":{"type":"pattern_replace","pattern":"[]a]|\\["}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"filter":{"n":{"type":"pattern_replace","pattern":"a","replacement":"$x"}}}}"#, LONG, ALL, "/settings/analysis/filter/n/replacement"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"path_hierarchy","delimiter":"😀"}}}}"#, LONG, ALL, "/settings/analysis/tokenizer/n/delimiter"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"path_hierarchy","delimiter":5,"buffer_size":-1}}}}"#, LONG, ALL, "/settings/analysis/tokenizer/n/buffer_size"),
    (r#"{"analysis":{"analyzer":{"n":{"tokenizer":"standard","filter":[true]}}}}"#, LONG, ALL, "/settings/analysis/analyzer/n/filter"),
    (r#"{"analysis":{"analyzer":{"n":{"type":5,"tokenizer":"standard"}}}}"#, LONG, ALL, "/settings/analysis/analyzer/n/type"),
    (r#"{"analysis":{"normalizer":{"n":{"tokenizer":5}}}}"#, LONG, ES5_ON, "/settings/analysis/normalizer/n/tokenizer"),
    (r#"{"analysis":{"filter":{"s":{"type":"synonym","synonyms":["c => ("]}},"analyzer":{"n":{"tokenizer":"standard","filter":["s"]}}}}"#, LONG, ES6_ON, "/settings/analysis/analyzer/n/filter"),
    (r#"{"analysis":{"filter":{"s":{"type":"synonym","synonyms":["c => ("]}},"analyzer":{"n":{"tokenizer":"whitespace","filter":["s"]}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"filter":{"s":{"type":"synonym","synonyms":["a,b"],"updateable":true}},"analyzer":{"n":{"tokenizer":"standard","filter":["s"]}}}}"#, r#"{"f":{"type":"text","analyzer":"n"}}"#, ES7_ON, "/properties/f/analyzer"),
    (r#"{"analysis":{"filter":{"s":{"type":"synonym","synonyms":["a,b"],"updateable":true}},"analyzer":{"n":{"tokenizer":"standard","filter":["s"]}}}}"#, r#"{"f":{"type":"text","analyzer":"standard","search_analyzer":"n"}}"#, "", ""),
    (r#"{"similarity":{"my":{"type":"BM25","k1":null}}}"#, LONG, "", ""),
    (r#"{"similarity":{"my":{"type":"LMDirichlet","mu":-1}}}"#, LONG, ES7_ON, "/settings/similarity/my/mu"),
    (r#"{"refresh_interval":"1M"}"#, LONG, ES5_ON, "/settings/refresh_interval"),
    (r#"{"gc_deletes":"1M"}"#, LONG, ES5_ON, "/settings/gc_deletes"),
    (r#"{"gc_deletes":"1 S"}"#, LONG, "", ""),
    (r#"{"translog.sync_interval":"0s"}"#, LONG, ES5_ON, "/settings/translog.sync_interval"),
    (r#"{"translog.flush_threshold_age":"61m"}"#, LONG, ES5_ON, "/settings/translog.flush_threshold_age"),
    (r#"{"translog.flush_threshold_age":"1h"}"#, LONG, "es5 es6 es7 os1 os2 os3", "/settings/translog.flush_threshold_age"),
    (r#"{"refresh_interval":"-1s"}"#, LONG, "es5 es6 es7 os1 os2 os3", "/settings/refresh_interval"),
    (r#"{"translog.flush_threshold_size":"9000000pb"}"#, LONG, ES5_ON, "/settings/translog.flush_threshold_size"),
    (r#"{"number_of_replicas":2147483647}"#, LONG, ALL, "/settings/number_of_replicas"),
    (r#"{"query.default_field":[["f"]]}"#, LONG, ES5_ON, "/settings/query.default_field"),
    (r#"{"compound_format":"512mb"}"#, LONG, "es1 es2 es5 es6 es7 os1 os2 os3", "/settings/compound_format"),
    (r#"{"sort.field":[],"sort.order":""}"#, LONG, "es5", "/settings/sort.order"),
    (r#"{"fast_refresh":true}"#, LONG, ES5_ON, "/settings/fast_refresh"),
    (r#"{"mapping.ignore_above":-1}"#, LONG, ES5_ON, "/settings/mapping.ignore_above"),
    (r#"{"mapping.depth.limit":2147483648}"#, LONG, "os1 os2 os3", "/settings/mapping.depth.limit"),
    (r#"{"mapping.nested_fields.limit":2147483648}"#, LONG, "", ""),
    (r#"{"codec.compression_level":3}"#, LONG, ES5_ON, "/settings/codec.compression_level"),
    (r#"{"codec":"default","codec.compression_level":3}"#, LONG, ES5_ON, "/settings/codec.compression_level"),
    (r#"{"composite_index.star_tree.field.default.date_intervals":["day","1h"]}"#, LONG, "es5 es6 es7 es8 es9 os1", "/settings/composite_index.star_tree.field.default.date_intervals"),
    (r#"{"composite_index.star_tree.field.default.date_intervals":["DAY"]}"#, LONG, ES5_ON, "/settings/composite_index.star_tree.field.default.date_intervals"),
    (r#"{"number_of_virtual_shards":3,"number_of_shards":2}"#, LONG, ES5_ON, "/settings/number_of_virtual_shards"),
    (r#"{"ingestion_source.type":"kafka"}"#, LONG, ES5_ON, "/settings/ingestion_source.type"),
    (r#"{"force_memory_term_dictionary":true}"#, LONG, "es5 es6 es8 es9", "/settings/force_memory_term_dictionary"),
    (r#"{"recovery.use_synthetic_source":true}"#, LONG, ES5_ON, "/settings/recovery.use_synthetic_source"),
    (r#"{"lifecycle.prefer_ilm":1}"#, LONG, "es5 es8 es9 os1 os2 os3", "/settings/lifecycle.prefer_ilm"),
    (r#"{"seq_no.index_options":"doc_values_only"}"#, LONG, "es5 es6 es7 es8 os1 os2 os3", "/settings/seq_no.index_options"),
    (r#"{"seq_no.index_options":"docs"}"#, LONG, ES5_ON, "/settings/seq_no.index_options"),
    (r#"{}"#, r#"{"f":{"type":"text","analyzer":"english"}}"#, "", ""),
];

#[test]
fn settings_and_names_that_an_engine_refuses_are_one_fault() {
    for (settings, properties, refused, pointer) in SETTINGS_REFUSED {
        for target in Target::ALL {
            let name = target.name();
            let found = settings_faults(settings, properties, &name);
            let lacking = ["has no parameter", "has no mapping type"];
            if found.iter().any(|fault| lacking.iter().any(|words| fault.contains(words))) {
                continue;
            }
            let wanted = usize::from(refused.split(' ').any(|r| r == name));
            assert_eq!(found.len(), wanted, "{name} {settings} {properties} {found:?}");
            let start = format!("{pointer}: ");
            assert!(found.iter().all(|fault| fault.starts_with(&start)), "{name} {found:?}");
        }
    }
}

#[test]
fn time_series_make_ids_of_their_own() {
    let series = r#"{"mode":"time_series","routing_path":["f"]}"#;
    let dimension = r#"{"f":{"type":"keyword","time_series_dimension":true}}"#;
    for target in ["es8", "es9"] {
        let found = settings_faults(series, dimension, target);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("/settings/mode: "), "{found:?}");
        assert!(found[0].contains("makes the ids of its documents itself"), "{found:?}");
    }
}

#[test]
fn logs_have_a_time() {
    let faults = |properties: &str| settings_faults(r#"{"mode":"logsdb"}"#, properties, "es9");
    assert_eq!(faults(r#"{"@timestamp":{"type":"date_nanos"}}"#), [""; 0]);
    for (time, pointer) in [
        (r#"{"type":"keyword"}"#, "type"),
        (r#"{"type":"date","null_value":"2024-01-01"}"#, "null_value"),
        (r#"{"type":"date","doc_values":false}"#, "doc_values"),
        (r#"{"type":"date","index":false}"#, "index"),
    ] {
        let found = faults(&format!(r#"{{"@timestamp":{time}}}"#));
        assert_eq!(found.len(), 1, "{time}: {found:?}");
        assert!(found[0].contains(&format!("/properties/@timestamp/{pointer}: ")), "{found:?}");
    }
}

#[test]
fn a_source_that_is_made_anew_is_told_and_leaves_nothing_out() {
    let synthetic = r#"{"index.mapping.source.mode":"synthetic"}"#;
    for (settings, source, name, told, refused) in [
        (synthetic, "{}", "es9", true, false),
        (synthetic, r#"{"excludes":["a"]}"#, "es9", true, true),
        (synthetic, r#"{"excludes":[]}"#, "es8", true, false),
        ("{}", r#"{"mode":"synthetic"}"#, "es8", true, false),
        ("{}", r#"{"mode":"synthetic"}"#, "es9", false, false),
        (r#"{"index.mapping.source.mode":"stored"}"#, r#"{"excludes":["a"]}"#, "es9", false, false),
    ] {
        let target = Target::parse(name).unwrap();
        let mut faults = Vec::new();
        let [settings, source]: [Value; 2] =
            [settings, source].map(|text| serde_json::from_str(text).unwrap());
        let body = json!({"_source": source, "properties": {"f": {"type": "long"}}});
        let mapping = Mapping::translate(&body, "", &target, &mut Vec::new());
        let notices = check_settings(Some(&settings), &mapping, "/settings", &target, &mut faults);
        let case = format!("{settings} {source} {name}: {notices:?} {faults:?}");
        assert_eq!(notices.iter().any(|n| n.contains("`_source` is synthetic")), told, "{case}");
        assert_eq!(faults.len(), usize::from(refused), "{case}");
    }
}

#[test]
fn what_the_nodes_must_have_is_told_once_a_plugin_unless_the_settings_define_it() {
    let settings = json!({"analysis": {
        "filter": {
            "sounds": {"type": "phonetic"},
            "more_sounds": {"type": "phonetic"},
            "stop": {"type": "stop", "stopwords_path": "stop.txt"}
        },
        "analyzer": {
            "a": {"tokenizer": "icu_tokenizer", "filter": ["sounds", "stop", "icu_folding"]},
            "polish": {"tokenizer": "standard"}
        }
    }});
    let body = json!({"properties": {
        "a": {"type": "text", "analyzer": "a", "fields": {"k": {"type": "text", "analyzer": "nori"}}},
        "p": {"type": "text", "analyzer": "polish"}
    }});
    let target = Target::parse("es9").unwrap();
    let mapping = Mapping::translate(&body, "", &target, &mut Vec::new());
    let mut faults = Vec::new();
    let notices = check_settings(Some(&settings), &mapping, "/settings", &target, &mut faults);
    let told = |word: &str| notices.iter().filter(|notice| notice.contains(word)).count();
    assert_eq!(faults, []);
    let plugins = ["`analysis-phonetic`", "`analysis-icu`", "`analysis-nori`"];
    assert_eq!(plugins.map(told), [1, 1, 1], "{notices:?}");
    assert_eq!((told("stop.txt"), told("polish"), notices.len()), (1, 0, 4), "{notices:?}");
}
