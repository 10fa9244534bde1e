package dev.parley.bench.gateway;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Asks by `StreamChat`: several questions at once on each stream, and a connection for each
/// stream. Owned by its event loop.
final class GrpcAsker implements Asker {
  private final EventLoop loop;
  private final InetSocketAddress server;
  private final int perStream;
  private final List<GrpcStream> streams = new ArrayList<>();

  /// @param perStream questions at once on each stream
  GrpcAsker(EventLoop loop, InetSocketAddress server, int perStream) {
    this.loop = loop;
    this.server = server;
    this.perStream = perStream;
  }

  @Override
  public Asked ask(int question, String model, Ear ear) {
    streams.removeIf(GrpcStream::hasEnded);
    for (GrpcStream stream : streams) {
      if (stream.underWay() < perStream) {
        return stream.ask(question, model, ear);
      }
    }
    GrpcStream fresh = new GrpcStream(loop, server);
    streams.add(fresh);
    return fresh.ask(question, model, ear);
  }

  @Override
  public Set<Leaving> ways() {
    return EnumSet.allOf(Leaving.class);
  }

  @Override
  public int connections() {
    return streams.size();
  }

  @Override
  public void close() {
    streams.forEach(GrpcStream::close);
    streams.clear();
  }
}
