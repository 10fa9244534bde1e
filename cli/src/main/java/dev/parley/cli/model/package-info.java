/// Commands that talk with models.
@NullMarked
package dev.parley.cli.model;

import org.jspecify.annotations.NullMarked;
