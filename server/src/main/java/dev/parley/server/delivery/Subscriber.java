package dev.parley.server.delivery;

import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Subscription;
import dev.parley.core.topic.TopicId;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One stream's cursor into one topic. Owned by the stream's event loop.
///
/// It is *live* while the cursor is where the feed is: it gets what is published, as it is
/// published. When its stream is not ready it falls behind: it gets the rest from the journal, from
/// the cursor, page by page as the stream can take them, until it is live again.
public final class Subscriber {
  final OutboundStream stream;
  final Feed feed;
  private final Subscription subscription;
  private final @Nullable Set<String> own;
  private final Consumer<String> evicted;

  /// Place in the feed's list.
  int index = -1;

  long cursor;
  boolean live;

  /// Held back until its stream has been told of the topic.
  boolean held = true;

  /// Sequence after which the stream is told that it has caught up; -1: it has been.
  long caughtUpAt;

  /// @param own ids of messages that the stream has sent itself and does not want to see; null: it
  ///     wants to see all
  /// @param evicted told why, after the topic was taken from the stream
  Subscriber(
      OutboundStream stream,
      Feed feed,
      Subscription subscription,
      @Nullable Set<String> own,
      long caughtUpAt,
      Consumer<String> evicted) {
    this.stream = stream;
    this.feed = feed;
    this.subscription = subscription;
    this.own = own;
    this.caughtUpAt = caughtUpAt;
    this.evicted = evicted;
  }

  /// What the engine knows of it.
  public Subscription subscription() {
    return subscription;
  }

  /// The topic.
  public TopicId topic() {
    return feed.topic;
  }

  /// Takes what is left of the newest commit, ready or not: there is no later.
  void takeNewest() {
    if (held) {
      return;
    }
    for (Chunk page = feed.page(cursor); page != null; page = feed.page(cursor)) {
      page.sendTo(stream, skip());
      cursor = page.last();
    }
  }

  void evicted(String reason) {
    evicted.accept(reason);
  }

  /// What of the next entries the stream does not want; null: it wants all.
  @Nullable Predicate<Entry> skip() {
    return own == null || own.isEmpty() ? null : this::isOwn;
  }

  private boolean isOwn(Entry entry) {
    return own != null
        && entry.key() != null
        && entry.author().equals(subscription.user().id())
        && own.remove(entry.key());
  }
}
