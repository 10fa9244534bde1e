package dev.parley.core.topic;

import dev.parley.core.user.Profile;
import dev.parley.jmh.Talk;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A journal that keeps nothing: everybody is a member, and nothing was said before. So it takes no
/// time that grows, and an engine can use it for as long as its topics stay in memory.
final class ForgetfulJournal implements Journal {
  /// How many were committed.
  long entries;

  @Override
  public long epoch() {
    return 1;
  }

  @Override
  public @Nullable TopicHead head(TopicId topic) {
    return null;
  }

  @Override
  public Found find(Collection<? extends Lookup> lookups) {
    Map<Lookup.OfMember, Member> members = new HashMap<>();
    for (Lookup lookup : lookups) {
      if (lookup instanceof Lookup.OfMember of) {
        members.put(of, new Member(of.user(), Role.MEMBER, Talk.NOW_MICROS, 0));
      }
    }
    return new Found(Map.of(), members);
  }

  @Override
  public List<Entry> read(TopicId topic, long after, int maxEntries, int maxBytes) {
    return List.of();
  }

  @Override
  public void commit(List<Append> appends, List<Profile> profiles) {
    for (Append append : appends) {
      entries += append.drafts().size();
    }
  }

  @Override
  public void probe() {}

  @Override
  public boolean reap(int maxEntries) {
    return false;
  }
}
