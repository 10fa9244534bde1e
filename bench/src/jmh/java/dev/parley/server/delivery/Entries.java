package dev.parley.server.delivery;

import dev.parley.core.topic.Draft;
import dev.parley.core.topic.Entry;
import dev.parley.jmh.Talk;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// What was said in one room, in sequence from 1 on.
final class Entries {
  private static final int USERS = 100;
  private static final int DRAFTS = 1 << 10;

  private final List<Draft> drafts = new Talk(USERS).drafts(DRAFTS);
  private long last;

  /// The sequence of the last one.
  long last() {
    return last;
  }

  /// The next ones, which share their bodies with earlier ones.
  List<Entry> next(int count) {
    List<Entry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Draft draft = drafts.get((int) last & (DRAFTS - 1));
      entries.add(
          new Entry(
              ++last, draft.type(), draft.author(), draft.key(), draft.atMicros(), draft.body()));
    }
    return Collections.unmodifiableList(entries);
  }
}
