package dev.parley.storage.sqlite;

import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Found;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.SearchWords;
import dev.parley.core.topic.TopicHead;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads of any thread, each on a connection of a pool and in a transaction of its own, after what
/// was committed before is in the tables.
final class SqliteReader implements JournalReader, AutoCloseable {
  private final ReaderPool pool;
  private final ReaderPool searches;
  private final long epoch;
  private final Backlog backlog;

  SqliteReader(ReaderPool pool, ReaderPool searches, long epoch, Backlog backlog) {
    this.pool = pool;
    this.searches = searches;
    this.epoch = epoch;
    this.backlog = backlog;
  }

  /// A read of a topic that must be alive.
  private interface TopicRead<T> {
    T from(Session session, long topic) throws SQLException;
  }

  /// @param concerned whether what a memtable changes could be among it
  private <T> List<T> list(
      ReaderPool from, TopicId topic, Predicate<Memtable> concerned, TopicRead<List<T>> read)
      throws JournalException {
    return backlog.read(
        from::read,
        concerned,
        session -> {
          Long id = new TopicRows(session).idOfLiving(topic);
          return id == null ? List.of() : read.from(session, id);
        });
  }

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public @Nullable TopicHead head(TopicId topic) throws JournalException {
    return backlog.<@Nullable TopicHead>read(
        pool::read, topic, session -> new TopicRows(session).head(topic));
  }

  @Override
  public Found find(Collection<? extends Lookup> lookups) throws JournalException {
    return backlog.read(
        pool::read,
        memtable -> lookups.stream().anyMatch(memtable::concerns),
        session -> Lookups.find(session, new HashMap<>(), lookups));
  }

  @Override
  public List<Entry> read(TopicId topic, long after, long upTo, int maxEntries, int maxBytes)
      throws JournalException {
    long before = upTo == Long.MAX_VALUE ? upTo : upTo + 1;
    return list(
        pool,
        topic,
        memtable -> memtable.changesEntries(topic, after, before),
        (session, id) -> new EntryRows(session).read(id, after, before, maxEntries, maxBytes));
  }

  @Override
  public List<Entry> page(
      TopicId topic, long after, long before, @Nullable String parent, int maxEntries, int maxBytes)
      throws JournalException {
    return list(
        pool,
        topic,
        memtable -> memtable.changesEntries(topic, after, before),
        (session, id) ->
            new EntryRows(session).page(id, after, before, parent, maxEntries, maxBytes));
  }

  @Override
  public long oldestOf(int count, TopicId topic, long before, @Nullable String parent)
      throws JournalException {
    return backlog.read(
        pool::read,
        memtable -> memtable.changesEntries(topic, 0, before),
        session -> {
          Long id = new TopicRows(session).idOfLiving(topic);
          return id == null ? 0 : new EntryRows(session).oldestOf(count, id, before, parent);
        });
  }

  @Override
  public List<Listing> topics(
      String kind, String viewer, boolean joinedOnly, String afterName, int limit)
      throws JournalException {
    return backlog.read(
        pool::read,
        session -> new ListingRows(session).page(kind, viewer, joinedOnly, afterName, limit));
  }

  @Override
  public List<Listing> topicsBackwards(String kind, String viewer, String beforeName, int limit)
      throws JournalException {
    return backlog.read(
        pool::read,
        session -> new ListingRows(session).pageBackwards(kind, viewer, beforeName, limit));
  }

  @Override
  public @Nullable Listing topic(TopicId topic, String viewer) throws JournalException {
    return backlog.<@Nullable Listing>read(
        pool::read, topic, session -> new ListingRows(session).one(topic, viewer));
  }

  @Override
  public int memberCount(TopicId topic) throws JournalException {
    return backlog.read(
        pool::read,
        memtable -> memtable.changesMembers(topic),
        session -> new TopicRows(session).members(topic));
  }

  @Override
  public List<Member> members(TopicId topic, String afterUser, int limit) throws JournalException {
    return list(
        pool,
        topic,
        memtable -> memtable.changesMembers(topic),
        (session, id) -> new MemberRows(session).page(id, afterUser, limit));
  }

  @Override
  public List<Entry> search(
      TopicId topic, SearchWords words, @Nullable String author, long before, int limit)
      throws JournalException {
    return list(
        searches,
        topic,
        memtable -> memtable.changesEntries(topic, 0, before),
        (session, id) -> new WordIndex(session).search(id, words, author, before, limit));
  }

  @Override
  public Map<String, Profile> profiles(Collection<String> users) throws JournalException {
    return backlog.read(
        pool::read,
        Memtable::hasProfiles,
        session -> {
          ProfileRows rows = new ProfileRows(session);
          Map<String, Profile> profiles = new HashMap<>();
          for (String user : users) {
            Profile profile = rows.find(user);
            if (profile != null) {
              profiles.put(user, profile);
            }
          }
          return profiles;
        });
  }

  /// Waits for the reads under way; later ones are refused.
  @Override
  public void close() {
    pool.close();
    searches.close();
  }
}
