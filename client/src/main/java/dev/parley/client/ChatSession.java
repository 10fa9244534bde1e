package dev.parley.client;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.DrainEvent;
import dev.parley.chat.v1.User;
import dev.parley.chat.v1.UserStatus;
import dev.parley.chat.v1.WelcomeEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The stream in rooms: `Inbound` and `Outbound` on a [KeptStream]. Owned by the loop.
final class ChatSession extends KeptStream<ChatRequest, ChatEvent, WelcomeEvent> {

  private static final Logger log = LoggerFactory.getLogger(ChatSession.class);

  private final ClientConfig config;
  private final Outbound outbound;
  private final EventSource events;
  private final Inbound inbound;
  private User user;

  ChatSession(
      ClientConfig config, Environment environment, Channels channels, OutboxBudget budget) {
    super(config, environment, channels, ChatServiceGrpc.getChatMethod());
    this.config = config;
    this.user = config.user();
    this.outbound = new Outbound(config, environment, budget);
    this.events = new EventSource(config, environment, this::readOn);
    this.inbound = new Inbound(config, this, outbound, events);
  }

  Outbound outbound() {
    return outbound;
  }

  EventSource events() {
    return events;
  }

  @Override
  ChatRequest hello() {
    return Requests.hello(
        user, config.clientName(), config.echo(), config.growing(), inbound.resume());
  }

  @Override
  ChatRequest heartbeat() {
    return Requests.ping(Pings.HEARTBEAT);
  }

  /// The server has taken the hello.
  void welcomed(WelcomeEvent welcome) {
    Connection<ChatRequest, ChatEvent> on =
        welcomed(
            welcome,
            new ConnectionState.Connected(welcome),
            Failures.toJava(welcome.getPingInterval()));
    if (on != null) {
      log.info("{} is connected, session {}", user.getId(), welcome.getSessionId());
      outbound.connected(on, welcome.getLimits());
    }
  }

  /// The status that the user wants to have, on later streams too.
  void keepStatus(UserStatus status) {
    user = user.toBuilder().setStatus(status).build();
  }

  /// The server is about to go.
  void draining(DrainEvent drain) {
    draining(Failures.toJava(drain.getReconnectWithin()), drain.getReconnectTo());
  }

  @Override
  void take(Connection<ChatRequest, ChatEvent> from, ChatEvent event) {
    inbound.accept(from, event);
  }

  @Override
  boolean isPaused() {
    return events.isPaused();
  }

  @Override
  void pump() {
    outbound.pump();
  }

  @Override
  void suspend() {
    outbound.suspend();
  }

  @Override
  void disconnected() {
    outbound.disconnected();
  }

  @Override
  boolean isIdle() {
    return outbound.outbox().isEmpty();
  }

  @Override
  void refuseAll(ParleyException cause) {
    outbound.refuseAll(cause);
  }

  @Override
  int failAll(ParleyException cause) {
    return outbound.failAll(cause);
  }

  @Override
  void announce(ConnectionState state) {
    events.state(state);
  }

  @Override
  void ended() {
    events.complete();
  }
}
