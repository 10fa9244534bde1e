/// What a language model is asked and what it answers, whoever runs it.
@NullMarked
package dev.parley.core.model;

import org.jspecify.annotations.NullMarked;
