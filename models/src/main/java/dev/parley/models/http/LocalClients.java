package dev.parley.models.http;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import reactor.netty.http.client.HttpClient;

/// One HTTP client for each event loop, with connections of its own. A question that is asked on an
/// event loop is answered there too, so that no other thread has to be woken for each piece of the
/// answer. Immutable, thread-safe.
public final class LocalClients {
  private final EventLoopGroup eventLoops;
  private final Map<EventExecutor, HttpClient> clients = new HashMap<>();

  /// @param client which all are made from
  public LocalClients(HttpClient client, EventLoopGroup eventLoops) {
    this.eventLoops = eventLoops;
    for (EventExecutor loop : eventLoops) {
      clients.put(loop, client.runOn((EventLoop) loop));
    }
  }

  private LocalClients(LocalClients others, UnaryOperator<HttpClient> change) {
    eventLoops = others.eventLoops;
    others.clients.forEach((loop, client) -> clients.put(loop, change.apply(client)));
  }

  /// The same with a change to each. Connections are shared where the change is none to them.
  public LocalClients with(UnaryOperator<HttpClient> change) {
    return new LocalClients(this, change);
  }

  /// The client of the event loop that this is called on; elsewhere, of any.
  HttpClient here() {
    HttpClient client = clients.get(loop());
    if (client == null) {
      throw new IllegalStateException("an event loop has come since");
    }
    return client;
  }

  /// The event loop that this is called on; elsewhere, any.
  EventLoop loop() {
    for (EventExecutor loop : clients.keySet()) {
      if (loop.inEventLoop()) {
        return (EventLoop) loop;
      }
    }
    return eventLoops.next();
  }

  /// All of them.
  EventLoopGroup loops() {
    return eventLoops;
  }
}
