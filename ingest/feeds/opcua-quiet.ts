/** Imported before the library, which else writes to the console, already while it is loaded; what it throws is told. */
process.env.NODEOPCUA_LOG_LEVEL ??= '0';
