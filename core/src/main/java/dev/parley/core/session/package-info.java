/// Sessions: what one user says to a language model, and what it answers. Pure rules; who asks the
/// model, and tells these rules what comes of it, is the server.
///
/// A session's journal holds each turn of the user and each piece of an answer before anybody is
/// shown it. At most one answer is under way; turns that come meanwhile wait, in order.
@NullMarked
package dev.parley.core.session;

import org.jspecify.annotations.NullMarked;
