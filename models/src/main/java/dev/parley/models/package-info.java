/// Providers of language models, each behind the port [dev.parley.core.model.Model].
@NullMarked
package dev.parley.models;

import org.jspecify.annotations.NullMarked;
