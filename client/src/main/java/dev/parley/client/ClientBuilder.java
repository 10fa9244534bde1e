package dev.parley.client;

import static java.util.Objects.requireNonNull;

import dev.parley.chat.v1.User;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Describes a [ParleyClient] or an [AssistantClient]. Each setting has a default but the user. Not
/// thread-safe.
public final class ClientBuilder {

  private final String target;
  private @Nullable User user;
  private String clientName = "parley-java";
  private boolean echo = true;
  private boolean growing;
  private @Nullable ChatListener listener;
  private Backoff backoff = Backoff.DEFAULT;
  private int outboxMessages = 10_000;
  private long outboxBytes = 16 << 20;
  private int highWater = 1_024;
  private int lowWater = 256;
  private Duration deadline = Duration.ofSeconds(15);
  private boolean strictOrder;
  private ChannelFactory channels = target -> Channels.standard(target, builder -> builder);
  private @Nullable ManagedChannel sharedChannel;
  private @Nullable Environment environment;

  ClientBuilder(String target) {
    if (target.isBlank()) {
      throw new IllegalArgumentException("target is empty (expected: HOST:PORT)");
    }
    this.target = target;
  }

  /// Who talks. Required.
  public ClientBuilder user(User user) {
    if (user.getId().isEmpty()) {
      throw new IllegalArgumentException("user.id is empty (expected: 1 to 128 bytes)");
    }
    this.user = user;
    return this;
  }

  /// Who talks, by id alone. Required.
  public ClientBuilder user(String id) {
    return user(User.newBuilder().setId(id).build());
  }

  /// Program and version, for the server's logs. Default: `parley-java`.
  public ClientBuilder clientName(String clientName) {
    this.clientName = requireNonNull(clientName);
    return this;
  }

  /// The client's own messages are acknowledged, but do not come back as events. Default: they do.
  public ClientBuilder withoutEcho() {
    this.echo = false;
    return this;
  }

  /// Messages of assistants come as `message_growing` while they are written. Default: only when
  /// they are finished.
  public ClientBuilder growing() {
    this.growing = true;
    return this;
  }

  /// Who is told of events and states. Default: nobody; then events are thrown away unless
  /// [ParleyClient#events()] is called.
  public ClientBuilder listener(ChatListener listener) {
    this.listener = requireNonNull(listener);
    return this;
  }

  /// How long to wait before connecting again. Default: [Backoff#DEFAULT].
  public ClientBuilder backoff(Backoff backoff) {
    this.backoff = requireNonNull(backoff);
    return this;
  }

  /// How much may be unanswered at once. Default: 10,000 requests, 16 MiB.
  public ClientBuilder outbox(int maxMessages, long maxBytes) {
    if (maxMessages < 1 || maxBytes < 1) {
      throw new IllegalArgumentException(
          "outbox: %,d messages, %,d bytes (expected: >= 1)".formatted(maxMessages, maxBytes));
    }
    this.outboxMessages = maxMessages;
    this.outboxBytes = maxBytes;
    return this;
  }

  /// When to stop reading from the server: as soon as more than `highWater` events wait for the
  /// listener or subscriber; and when to go on: at `lowWater`. Default: 1,024 and 256.
  public ClientBuilder buffer(int highWater, int lowWater) {
    if (lowWater < 0 || highWater <= lowWater) {
      throw new IllegalArgumentException(
          "buffer: high %d, low %d (expected: 0 <= low < high)".formatted(highWater, lowWater));
    }
    this.highWater = highWater;
    this.lowWater = lowWater;
    return this;
  }

  /// The longest that a call beside the stream may take, and the longest wait for a welcome, and
  /// for a connection to ask a model on; the answer takes its time. Default: 15 s.
  public ClientBuilder deadline(Duration deadline) {
    if (!deadline.isPositive()) {
      throw new IllegalArgumentException("deadline: " + deadline + " (expected: > 0)");
    }
    this.deadline = deadline;
    return this;
  }

  /// Keeps one request of each room in flight, no more. Without it requests overtake each other in
  /// one case: the server refuses one for the moment and takes the next, which was on its way.
  /// Costs a round trip for each request. Default: off.
  public ClientBuilder strictOrder() {
    this.strictOrder = true;
    return this;
  }

  /// Changes the standard channel, for example `ManagedChannelBuilder::useTransportSecurity`.
  /// Default: plain text.
  public ClientBuilder channel(UnaryOperator<ManagedChannelBuilder<?>> change) {
    requireNonNull(change);
    return channelFactory(target -> Channels.standard(target, change));
  }

  /// Makes channels in another way.
  public ClientBuilder channelFactory(ChannelFactory factory) {
    this.channels = requireNonNull(factory);
    return this;
  }

  /// Uses a channel that others use too. The client never shuts it down, and stays on it when a
  /// draining server names another address.
  public ClientBuilder sharedChannel(ManagedChannel channel) {
    this.sharedChannel = requireNonNull(channel);
    return this;
  }

  /// For tests: other threads, time and chance.
  ClientBuilder environment(Environment environment) {
    this.environment = environment;
    return this;
  }

  /// A client that talks in rooms.
  public ParleyClient build() {
    return new ParleyClient(config(), environment());
  }

  /// A client that talks with models, in sessions. Of the settings those that speak of rooms, echo,
  /// [#listener] and [#strictOrder] do not concern it.
  ///
  /// @param listener who is told of events and states
  public AssistantClient buildAssistant(AssistantListener listener) {
    return new AssistantClient(config(), environment(), requireNonNull(listener));
  }

  private ClientConfig config() {
    User who = user;
    if (who == null) {
      throw new IllegalStateException("no user (expected: builder.user(...))");
    }
    return new ClientConfig(
        target,
        who,
        clientName,
        echo,
        growing,
        listener,
        backoff,
        outboxMessages,
        outboxBytes,
        highWater,
        lowWater,
        deadline,
        strictOrder,
        channels,
        sharedChannel);
  }

  private Environment environment() {
    Environment where = environment;
    return where == null ? Environment.standard() : where;
  }
}
