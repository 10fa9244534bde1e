/// `parley import`: messages from elsewhere, with their authors, ids and times.
///
/// One thread reads the input, fills batches and sends them; a bounded number of them waits for
/// answers, which come in order. A broken connection is mended by sending again what was
/// unanswered: what is there already is counted, not added.
@NullMarked
package dev.parley.cli.importing;

import org.jspecify.annotations.NullMarked;
