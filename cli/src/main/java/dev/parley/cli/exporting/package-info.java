/// `parley export`: rooms and what was said in them, as NDJSON.
@NullMarked
package dev.parley.cli.exporting;

import org.jspecify.annotations.NullMarked;
