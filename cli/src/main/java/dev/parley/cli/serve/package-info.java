/// Running a server, and looking after its data.
@NullMarked
package dev.parley.cli.serve;

import org.jspecify.annotations.NullMarked;
