package dev.parley.testkit.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.parley.core.topic.Amendment;
import dev.parley.core.topic.Append;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Role;
import dev.parley.core.topic.Snapshot;
import dev.parley.core.topic.TopicId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes appends for tests. The time of an entry is [#TIME_MICROS] plus its sequence.
public final class AppendBuilder {
  /// When everything in tests happens.
  public static final long TIME_MICROS = 1_700_000_000_000_000L;

  /// Type of the entries that hold what was said.
  public static final int SAID = 1;

  /// Type of the entries that hold a change.
  public static final int CHANGED = 2;

  private final TopicId topic;
  private final long expectedLast;
  private final List<Draft> drafts = new ArrayList<>();
  private final List<Amendment> amendments = new ArrayList<>();
  private final List<MemberChange> members = new ArrayList<>();
  private @Nullable Snapshot snapshot;
  private @Nullable Boolean listed;
  private boolean erased;

  private AppendBuilder(TopicId topic, long expectedLast) {
    this.topic = topic;
    this.expectedLast = expectedLast;
  }

  /// An append to a topic whose journal ends with a sequence.
  public static AppendBuilder append(TopicId topic, long expectedLast) {
    return new AppendBuilder(topic, expectedLast);
  }

  /// Content without a key; its words are the text, and so is its body.
  public AppendBuilder say(String author, String text) {
    return draft(SAID, true, author, null, null, text, text);
  }

  /// Content with the author's own key.
  public AppendBuilder say(String author, @Nullable String key, String text) {
    return draft(SAID, true, author, key, null, text, text);
  }

  /// Content that answers the entry with a key.
  public AppendBuilder answer(String author, @Nullable String key, String parent, String text) {
    return draft(SAID, true, author, key, parent, text, text);
  }

  /// An entry that is no content and has no words.
  public AppendBuilder change(String author, @Nullable String key) {
    return draft(CHANGED, false, author, key, null, "changed", null);
  }

  /// Any entry.
  public AppendBuilder draft(
      int type,
      boolean content,
      String author,
      @Nullable String key,
      @Nullable String parent,
      String body,
      @Nullable String text) {
    long at = TIME_MICROS + expectedLast + drafts.size() + 1;
    drafts.add(new Draft(type, content, author, key, parent, at, body.getBytes(UTF_8), text));
    return this;
  }

  /// Rewrites an entry; null: to nothing, and with no words.
  public AppendBuilder amend(long sequence, @Nullable String text) {
    byte[] body = text == null ? new byte[0] : text.getBytes(UTF_8);
    amendments.add(new Amendment(sequence, body, text));
    return this;
  }

  /// Rewrites an entry's body, and leaves its words as they are.
  public AppendBuilder amendBody(long sequence, String body) {
    amendments.add(Amendment.ofBody(sequence, body.getBytes(UTF_8)));
    return this;
  }

  public AppendBuilder put(String user, Role role) {
    members.add(new MemberChange.Put(user, role, TIME_MICROS));
    return this;
  }

  public AppendBuilder member(MemberChange change) {
    members.add(change);
    return this;
  }

  public AppendBuilder snapshot(long sequence, String state) {
    snapshot = new Snapshot(sequence, state.getBytes(UTF_8));
    return this;
  }

  public AppendBuilder listed(boolean listed) {
    this.listed = listed;
    return this;
  }

  public AppendBuilder erase() {
    erased = true;
    return this;
  }

  public Append build() {
    return new Append(topic, expectedLast, drafts, amendments, members, snapshot, listed, erased);
  }
}
