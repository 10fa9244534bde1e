package dev.parley.bench.session;

import com.google.common.util.concurrent.ListenableFuture;
import dev.parley.assistant.v1.AssistantServiceGrpc;
import dev.parley.assistant.v1.CreateSessionRequest;
import dev.parley.assistant.v1.CreateSessionResponse;
import dev.parley.assistant.v1.GetTranscriptRequest;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.Outcome;
import dev.parley.bench.check.Faults;
import dev.parley.bench.load.LoadException;
import dev.parley.bench.load.Pause;
import dev.parley.bench.measure.ProcessMeter;
import dev.parley.bench.measure.ProcessMeter.Usage;
import dev.parley.bench.measure.Quantiles;
import dev.parley.bench.report.StatusLine;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/// One run: sessions are made and watched, asked all at once, measured while all of them stream,
/// and compared with their transcripts in the end. Used once, by one thread.
final class SessionsRun implements AutoCloseable {
  /// Sessions on one connection, and of one user.
  private static final int PER_CONNECTION = 50;

  private static final double POLL_SECONDS = 0.05;
  private static final double SETUP_SECONDS = 60;
  private static final double NANOS = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final long LOWEST_NANOS = 1_000;
  private static final long HIGHEST_NANOS = 3_600_000_000_000L;
  private static final String WORD = "word ";

  private final SessionsOptions options;
  private final InetSocketAddress server;
  private final @Nullable ProcessMeter meter;
  private final @Nullable String durability;
  private final ProcessMeter generator = new ProcessMeter(ProcessHandle.current().pid());
  private final Pause pause;
  private final StatusLine status;
  private final Faults faults = new Faults();
  private final SessionEar.Times times =
      new SessionEar.Times(histogram(), histogram(), new SessionEar.Measuring());
  private final List<ManagedChannel> connections = new ArrayList<>();
  private final List<Watched> sessions = new ArrayList<>();

  /// A session and those who watch it.
  private record Watched(String id, Channel channel, List<SessionEar> ears) {}

  /// @param pid the server's process; null: unknown
  /// @param durability of the server of our own; null: it is not
  SessionsRun(
      SessionsOptions options,
      InetSocketAddress server,
      @Nullable Long pid,
      @Nullable String durability,
      Pause pause,
      StatusLine status) {
    this.options = options;
    this.server = server;
    this.durability = durability;
    this.pause = pause;
    this.status = status;
    meter = pid == null ? null : new ProcessMeter(pid);
  }

  private static ConcurrentHistogram histogram() {
    return new ConcurrentHistogram(LOWEST_NANOS, HIGHEST_NANOS, 2);
  }

  /// Measures.
  SessionsReport run() {
    Usage before = usage();
    status.show("making sessions");
    create();
    sessions.forEach(session -> session.ears().forEach(ear -> watch(session, ear)));
    await(SETUP_SECONDS, SessionEar::isWatching, "watchers are told what they watch");
    Usage watched = usage();
    status.show("asking");
    String question = WORD.repeat(options.words()).strip();
    sessions.forEach(session -> session.ears().getFirst().ask(question));
    await(SETUP_SECONDS, SessionEar::hasBegun, "answers begin");
    status.show("warming up");
    pause.seconds(options.warmup);
    status.show("measuring");
    Usage from = usage();
    Usage generatorFrom = generator.usage();
    long chars = firstWatchers().mapToLong(SessionEar::chars).sum();
    long beginNanos = System.nanoTime();
    times.measuring().on = true;
    pause.seconds(options.seconds);
    times.measuring().on = false;
    double seconds = (System.nanoTime() - beginNanos) / NANOS;
    chars = firstWatchers().mapToLong(SessionEar::chars).sum() - chars;
    Usage to = usage();
    Usage generatorTo = generator.usage();
    int compared = settle();
    return report(
        seconds,
        (double) chars / WORD.length(),
        server(before, watched, from, to),
        generatorFrom == null || generatorTo == null
            ? 0
            : generatorTo.cpuSeconds() - generatorFrom.cpuSeconds(),
        compared);
  }

  private Stream<SessionEar> firstWatchers() {
    return sessions.stream().map(session -> session.ears().getFirst());
  }

  private @Nullable Usage usage() {
    return meter == null ? null : meter.usage();
  }

  private void create() {
    for (int i = 0; i < options.sessions && !pause.isCut(); i += PER_CONNECTION) {
      ManagedChannel connection =
          NettyChannelBuilder.forAddress(server).usePlaintext().directExecutor().build();
      connections.add(connection);
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("parley-user", Metadata.ASCII_STRING_MARSHALLER),
          "bench-" + i / PER_CONNECTION);
      Channel channel =
          ClientInterceptors.intercept(
              connection, MetadataUtils.newAttachHeadersInterceptor(headers));
      List<ListenableFuture<CreateSessionResponse>> made = new ArrayList<>();
      for (int k = i; k < Math.min(options.sessions, i + PER_CONNECTION); k++) {
        made.add(
            AssistantServiceGrpc.newFutureStub(channel)
                .createSession(CreateSessionRequest.newBuilder().setModelId("simulated").build()));
      }
      for (ListenableFuture<CreateSessionResponse> each : made) {
        String id = get(each).getSessionId();
        List<SessionEar> ears = new ArrayList<>();
        for (int k = 0; k < options.watchers; k++) {
          ears.add(new SessionEar(id, faults, times));
        }
        sessions.add(new Watched(id, channel, ears));
      }
    }
  }

  private static void watch(Watched session, SessionEar ear) {
    ear.watch(AssistantServiceGrpc.newStub(session.channel()).chat(ear));
  }

  private <T> T get(ListenableFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw refused(Status.fromThrowable(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoadException("interrupted");
    }
  }

  private LoadException refused(Status refused) {
    String said = refused.getDescription();
    if (refused.getCode() == Status.Code.UNAVAILABLE) {
      return LoadException.noAnswer(
          "no sessions can be made at %s:%d: %s"
              .formatted(
                  server.getHostString(), server.getPort(), said == null ? "no answer" : said));
    }
    return new LoadException(
        "the server does not serve sessions: %s"
            .formatted(said == null ? refused.getCode() : said));
  }

  /// Waits for all answers, and compares what was told with what is stored.
  ///
  /// @return how many were compared
  private int settle() {
    status.show("waiting for what is under way");
    double answerSeconds = options.words() * options.pace.toNanos() / NANOS;
    await(SETUP_SECONDS + 2 * answerSeconds, SessionEar::hasEnded, "answers end");
    int compared = 0;
    for (int i = 0; i < sessions.size() && !pause.isCut(); i += PER_CONNECTION) {
      List<Watched> some = sessions.subList(i, Math.min(sessions.size(), i + PER_CONNECTION));
      List<ListenableFuture<GetTranscriptResponse>> transcripts =
          some.stream().map(SessionsRun::transcript).toList();
      for (int k = 0; k < some.size(); k++) {
        compare(some.get(k), get(transcripts.get(k)));
        compared++;
      }
    }
    return compared;
  }

  private static ListenableFuture<GetTranscriptResponse> transcript(Watched session) {
    return AssistantServiceGrpc.newFutureStub(session.channel())
        .getTranscript(GetTranscriptRequest.newBuilder().setSessionId(session.id()).build());
  }

  private void compare(Watched session, GetTranscriptResponse transcript) {
    boolean complete =
        transcript.getTurnsCount() == 1
            && transcript.getTurns(0).getAnswer().getOutcome() == Outcome.OUTCOME_COMPLETE;
    if (!complete) {
      faults.add("session %s: its one answer is not complete".formatted(session.id()));
      return;
    }
    String stored = transcript.getTurns(0).getAnswer().getText();
    session.ears().forEach(ear -> ear.compare(stored));
  }

  private void await(double seconds, Predicate<SessionEar> holds, String what) {
    long deadline = System.nanoTime() + (long) (seconds * NANOS);
    while (!pause.isCut() && faults.count() == 0) {
      long missing =
          sessions.stream()
              .flatMap(session -> session.ears().stream())
              .filter(holds.negate())
              .count();
      if (missing == 0) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        faults.add("%s: not for %d watchers within %.0f seconds".formatted(what, missing, seconds));
        return;
      }
      pause.seconds(POLL_SECONDS);
    }
  }

  private SessionsReport.@Nullable Server server(
      @Nullable Usage before, @Nullable Usage watched, @Nullable Usage from, @Nullable Usage to) {
    return before == null || watched == null || from == null || to == null
        ? null
        : new SessionsReport.Server(
            to.cpuSeconds() - from.cpuSeconds(),
            before.rssBytes(),
            watched.rssBytes(),
            to.rssBytes(),
            (to.rssBytes() - before.rssBytes()) / options.sessions);
  }

  private SessionsReport report(
      double seconds,
      double words,
      SessionsReport.@Nullable Server used,
      double generatorCpuSeconds,
      int compared) {
    Quantiles gap = Quantiles.of(times.gap());
    double pace = options.pace.toNanos() / NANOS_PER_MILLI;
    long deliveries =
        sessions.stream()
            .flatMap(session -> session.ears().stream())
            .mapToLong(SessionEar::counted)
            .sum();
    return new SessionsReport(
        new SessionsReport.Load(options.sessions, options.watchers, pace, durability),
        seconds,
        pause.isCut(),
        words / seconds / options.sessions,
        firstWatchers().mapToLong(SessionEar::counted).sum() / seconds,
        deliveries / seconds,
        Quantiles.of(times.firstChunk()),
        gap,
        new SessionsReport.Added(gap.p50() - pace, gap.p99() - pace),
        used,
        generatorCpuSeconds,
        new SessionsReport.Check(faults.count() == 0, compared, faults.count(), faults.first()));
  }

  @Override
  public void close() {
    sessions.forEach(session -> session.ears().forEach(SessionEar::close));
    connections.forEach(ManagedChannel::shutdownNow);
  }
}
