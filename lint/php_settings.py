"""The settings of PHP and of the extensions that come with it, as `php.ini` names them.

Gathered from PHP 8.2 itself and from the manual's list of php.ini directives; what older versions had and newer ones
brought is there as well. Extensions of third parties bring settings that this list does not know.
"""

from __future__ import annotations

_CORE = """
allow_call_time_pass_reference allow_url_fopen allow_url_include always_populate_raw_post_data asp_tags
auto_append_file auto_detect_line_endings auto_globals_jit auto_prepend_file browscap child_terminate default_charset
default_mimetype default_socket_timeout define_syslog_variables detect_unicode disable_classes disable_functions
display_errors display_startup_errors doc_root docref_ext docref_root enable_dl enable_post_data_reading engine
error_append_string error_log error_log_mode error_prepend_string error_reporting expose_php extension extension_dir
fatal_error_backtraces file_uploads from hard_timeout html_errors ignore_repeated_errors ignore_repeated_source
ignore_user_abort implicit_flush include_path input_encoding internal_encoding last_modified log_errors
log_errors_max_len magic_quotes_gpc magic_quotes_runtime magic_quotes_sybase max_execution_time max_file_uploads
max_input_nesting_level max_input_time max_input_vars max_memory_limit max_multipart_body_parts memory_limit
open_basedir output_buffering output_encoding output_handler post_max_size precision realpath_cache_size
realpath_cache_ttl register_argc_argv register_globals register_long_arrays report_memleaks report_zend_debug
request_order safe_mode safe_mode_allowed_env_vars safe_mode_exec_dir safe_mode_gid safe_mode_include_dir
safe_mode_protected_env_vars sendmail_from sendmail_path serialize_precision short_open_tag SMTP smtp_port
sys_temp_dir track_errors unserialize_callback_func unserialize_max_depth upload_max_filesize upload_tmp_dir
user_agent user_dir variables_order xbithack xmlrpc_error_number xmlrpc_errors y2k_compliance zend_extension
"""

_BY_SECTION = {
    "arg_separator": "input output",
    "assert": "active bail callback exception quiet_eval warning",
    "date": "default_latitude default_longitude sunrise_zenith sunset_zenith timezone",
    "exif": "decode_jis_intel decode_jis_motorola decode_unicode_intel decode_unicode_motorola encode_jis "
    "encode_unicode",
    "ffi": "enable preload",
    "fiber": "stack_size",
    "filter": "default default_flags",
    "highlight": "bg comment default html keyword string",
    "iconv": "input_encoding internal_encoding output_encoding",
    "intl": "default_locale error_level use_exceptions",
    "mail": "add_x_header cr_lf_mode force_extra_parameters log mixed_lf_and_crlf",
    "mbstring": "detect_order encoding_translation func_overload http_input http_output http_output_conv_mimetypes "
    "internal_encoding language regex_retry_limit regex_stack_limit script_encoding strict_detection "
    "substitute_character",
    "mysqli": "allow_local_infile allow_persistent cache_size default_host default_port default_pw default_socket "
    "default_user local_infile_directory max_links max_persistent reconnect rollback_on_cached_plink",
    "mysqlnd": "collect_memory_statistics collect_statistics debug fetch_data_copy log_mask mempool_default_size "
    "net_cmd_buffer_size net_read_buffer_size net_read_timeout sha256_server_public_key trace_alloc",
    "opcache": "blacklist_filename consistency_checks dups_fix enable enable_cli enable_file_override error_log "
    "fast_shutdown file_cache file_cache_consistency_checks file_cache_fallback file_cache_only file_cache_read_only "
    "file_update_protection force_restart_timeout huge_code_pages inherited_hack interned_strings_buffer jit "
    "jit_bisect_limit jit_blacklist_root_trace jit_blacklist_side_trace jit_buffer_size jit_debug jit_hot_func "
    "jit_hot_loop jit_hot_return jit_hot_side_exit jit_max_exit_counters jit_max_loop_unrolls "
    "jit_max_polymorphic_calls jit_max_recursive_calls jit_max_recursive_returns jit_max_root_traces "
    "jit_max_side_traces jit_max_trace_length jit_prof_threshold load_comments lockfile_path log_verbosity_level "
    "max_accelerated_files max_file_size max_wasted_percentage memory_consumption mmap_base opt_debug_level "
    "optimization_level preferred_memory_model preload preload_user protect_memory record_warnings restrict_api "
    "revalidate_freq revalidate_path save_comments use_cwd validate_permission validate_root validate_timestamps",
    "openssl": "cafile capath libctx",
    "pcre": "backtrack_limit jit recursion_limit",
    "phar": "cache_list extract_list readonly require_hash",
    "session": "auto_start bug_compat_42 bug_compat_warn cache_expire cache_limiter cookie_domain cookie_httponly "
    "cookie_lifetime cookie_partitioned cookie_path cookie_samesite cookie_secure entropy_file entropy_length "
    "gc_divisor gc_maxlifetime gc_probability hash_bits_per_character hash_function lazy_write name referer_check "
    "save_handler save_path serialize_handler sid_bits_per_character sid_length trans_sid_hosts trans_sid_tags "
    "upload_progress.cleanup upload_progress.enabled upload_progress.freq upload_progress.min_freq "
    "upload_progress.name upload_progress.prefix use_cookies use_only_cookies use_strict_mode use_trans_sid",
    "soap": "wsdl_cache wsdl_cache_dir wsdl_cache_enabled wsdl_cache_limit wsdl_cache_ttl",
    "syslog": "facility filter ident",
    "url_rewriter": "hosts tags",
    "user_ini": "cache_ttl filename",
    "zend": "assertions detect_unicode enable_gc exception_ignore_args exception_string_param_max_len "
    "max_allowed_stack_size multibyte reserved_stack_size script_encoding signal_check ze1_compatibility_mode",
    "zlib": "output_compression output_compression_level output_handler",
}
"""Sections whose settings are all known. Those of other extensions (`apc`, `xdebug`, `newrelic` …) are not judged."""

NAMES = frozenset(
    (*_CORE.split(), *(f"{section}.{name}" for section, names in _BY_SECTION.items() for name in names.split()))
)
"""Every setting that is known by name."""


def is_unknown(name: str) -> bool:
    """Whether PHP has no setting of that name; False where an extension may have brought it."""
    section, dot, _ = name.partition(".")
    return name not in NAMES and (not dot or section in _BY_SECTION)
