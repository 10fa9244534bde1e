package dev.parley.server.stream;

import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.topic.Attachment;
import dev.parley.core.topic.Departure;
import dev.parley.core.topic.Engine;
import dev.parley.core.topic.Subscription;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Status;
import dev.parley.server.delivery.DeliveryLoop;
import dev.parley.server.delivery.OutboundStream;
import dev.parley.server.delivery.Subscriber;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The topics that one stream listens to, and those that it is about to. Owned by the stream's
/// event loop.
public final class StreamTopics {
  private final ConversationStream<?> stream;
  private final Engine engine;
  private final DeliveryLoop delivery;
  private final String plural;
  private final int max;
  private final boolean resumable;
  private final BiConsumer<Subscriber, String> closed;
  private final Map<TopicId, Subscriber> topics = new LinkedHashMap<>(2);

  /// What becomes of these wishes is not known yet.
  private final Map<TopicId, Set<Subscription>> entering = new HashMap<>(2);

  /// @param plural what the topics are called
  /// @param max most of them
  /// @param resumable whether the stream can come back and resume
  /// @param closed told of a topic that was taken from the stream, and why
  public StreamTopics(
      ConversationStream<?> stream,
      Engine engine,
      String plural,
      int max,
      boolean resumable,
      BiConsumer<Subscriber, String> closed) {
    this.stream = stream;
    this.engine = engine;
    this.delivery = stream.delivery();
    this.plural = plural;
    this.max = max;
    this.resumable = resumable;
    this.closed = closed;
  }

  /// Whether the stream listens to a topic.
  public boolean contains(TopicId topic) {
    return topics.containsKey(topic);
  }

  /// Whether the stream listens to a topic, or is about to.
  public boolean concerns(TopicId topic) {
    return topics.containsKey(topic) || entering.containsKey(topic);
  }

  /// All that the stream listens to, or is about to.
  public List<TopicId> all() {
    return Stream.concat(topics.keySet().stream(), entering.keySet().stream()).distinct().toList();
  }

  /// Begins to listen to a topic, in place of an earlier time if there is one.
  ///
  /// @param command to be decided first
  /// @param own tells ids of messages that the stream has sent itself and does not want to see;
  ///     null: it wants to see all
  /// @param joining told what becomes of it
  /// @throws RefusedException if the stream listens to too many
  public void join(
      TopicId topic,
      Object command,
      Status status,
      OutboundStream out,
      Supplier<@Nullable Set<String>> own,
      Joining joining)
      throws RefusedException {
    int count = topics.size() + entering.size();
    if (count >= max && !concerns(topic)) {
      throw ConversationStream.refused(
          Reason.LIMIT_REACHED, "%s on this stream: %d (limit: %d)".formatted(plural, count, max));
    }
    Subscription subscription = new Subscription(stream.caller().user(), delivery, resumable);
    entering
        .computeIfAbsent(topic, _ -> Collections.newSetFromMap(new IdentityHashMap<>(2)))
        .add(subscription);
    stream.window().began();
    engine.attach(
        topic,
        command,
        subscription,
        status,
        attachment ->
            stream.execute(() -> attached(topic, subscription, attachment, out, own, joining)));
  }

  /// What becomes of the wish to listen; on the stream's thread.
  public interface Joining {
    /// The stream listens; the subscriber is to be released.
    void attached(Attachment.Begun begun, Subscriber subscriber);

    /// It does not.
    void refused(Refusal refusal);

    /// It does not, having left ([StreamTopics#leave]) before it was known that it could.
    default void left() {}
  }

  private void attached(
      TopicId topic,
      Subscription subscription,
      Attachment attachment,
      OutboundStream out,
      Supplier<@Nullable Set<String>> own,
      Joining joining) {
    boolean wanted = takeWish(topic, subscription);
    switch (attachment) {
      case Attachment.Refused it -> joining.refused(it.refusal());
      case Attachment.Begun _ when stream.hasEnded() -> {
        engine.detach(topic, subscription, Departure.BROKEN);
        joining.refused(ConversationStream.gone());
      }
      case Attachment.Begun _ when !wanted -> {
        engine.detach(topic, subscription, Departure.LEFT);
        joining.left();
      }
      case Attachment.Begun begun -> {
        Subscriber subscriber =
            delivery.subscribe(
                out, topic, subscription, begun, own.get(), reason -> evicted(topic, reason));
        Subscriber before = topics.put(topic, subscriber);
        if (before != null) {
          delivery.unsubscribe(before);
          engine.detach(topic, before.subscription(), Departure.LEFT);
        }
        joining.attached(begun, subscriber);
      }
    }
    stream.answered();
  }

  private void evicted(TopicId topic, String reason) {
    Subscriber subscriber = topics.get(topic);
    if (subscriber != null) {
      drop(subscriber, Departure.EVICTED);
      closed.accept(subscriber, reason);
    }
  }

  /// What becomes of a wish is known now.
  ///
  /// @return whether it was not taken back meanwhile
  private boolean takeWish(TopicId topic, Subscription subscription) {
    Set<Subscription> wishes = entering.get(topic);
    boolean wanted = wishes != null && wishes.remove(subscription);
    if (wishes != null && wishes.isEmpty()) {
      entering.remove(topic);
    }
    return wanted;
  }

  /// Listens to a topic no more, nor as it wished before.
  public void leave(TopicId topic) {
    entering.remove(topic);
    Subscriber subscriber = topics.get(topic);
    if (subscriber != null) {
      var _ = abandon(subscriber);
    }
  }

  /// Whether a subscriber is the one by which the stream listens to its topic.
  public boolean holds(Subscriber subscriber) {
    return topics.get(subscriber.topic()) == subscriber;
  }

  /// Takes back a subscriber; false: another has taken its place.
  public boolean abandon(Subscriber subscriber) {
    if (!holds(subscriber)) {
      return false;
    }
    delivery.unsubscribe(subscriber);
    drop(subscriber, Departure.LEFT);
    return true;
  }

  private void drop(Subscriber subscriber, Departure departure) {
    topics.remove(subscriber.topic());
    engine.detach(subscriber.topic(), subscriber.subscription(), departure);
  }

  /// The stream has ended.
  public void leaveAll(Departure departure) {
    topics.forEach(
        (topic, subscriber) -> {
          delivery.unsubscribe(subscriber);
          engine.detach(topic, subscriber.subscription(), departure);
        });
    topics.clear();
  }
}
