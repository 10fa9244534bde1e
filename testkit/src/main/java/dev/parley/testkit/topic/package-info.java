/// What tests of journals, and tests that need one, have in common.
///
/// [JournalContract], [JournalTopicsContract] and [JournalReaderContract] are what every journal
/// must do. [MemoryJournal] is one that is simple enough to be the model that others are compared
/// with, and that fails and stalls on demand.
@NullMarked
package dev.parley.testkit.topic;

import org.jspecify.annotations.NullMarked;
