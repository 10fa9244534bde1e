package dev.parley.system;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A provider that quotes the credential wherever it can, whatever its protocol: the question says
/// in which way. Thread-safe.
final class LeakyProvider implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MAX_HEAD_BYTES = 1 << 16;
  private static final int TLS_HANDSHAKE = 22;
  private static final Pattern CREDENTIAL =
      Pattern.compile("(?im)^(?:authorization: (?:Bearer )?|(?:x-)?(?:goog-)?api-key: )(\\S+)");
  private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: (\\d+)");
  private static final Pattern HOST = Pattern.compile("(?im)^host: (\\S+)");
  private static final Pattern WAY = Pattern.compile("by ([A-Z_]+)!");

  /// An error in the form of each protocol at once.
  private static final String ERROR =
      """
      {"type":"error","message":"no %1$s","detail":"no %1$s","title":"%1$s","error":{"type":"%1$s",\
      "message":"not Bearer %1$s, key %1$s","code":"%1$s","status":"%1$s"}}\
      """;

  /// How it quotes.
  enum Way {
    /// In an error's body and headers.
    STATUS,
    /// In an error that is not of its protocol.
    TEXT,
    /// At a place at which messages may be cut.
    LONG_TEXT,
    /// In the place to which it sends the question.
    REDIRECT,
    /// In an error within an answer.
    EVENT,
    /// In an event that is no JSON.
    BROKEN_EVENT,
    /// In headers that break off.
    CUT_HEAD,
    /// In an event that breaks off.
    CUT_BODY,
    /// In place of HTTP's version.
    BAD_VERSION,
    /// In place of a header's name.
    BAD_HEADER,
    /// In place of a chunk's size.
    BAD_CHUNK,
    /// As `STATUS`, when nobody waits for it any more.
    LATE,
    /// In what follows the answer that says where the stream is.
    TWO_STEPS
  }

  private final ServerSocket server;
  private final Set<String> quoted = ConcurrentHashMap.newKeySet();
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();
  private final CountDownLatch late = new CountDownLatch(1);

  LeakyProvider() throws IOException {
    server = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  /// HOST:PORT.
  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /// Waits until it has quoted a credential.
  void awaitQuoted(Canary canary, Way way) {
    await(quoted, canary, way);
  }

  /// Waits until it was asked for what it will only say after [#release].
  void awaitAsked(Canary canary) {
    await(waiting, canary, Way.LATE);
  }

  private static void await(Set<String> seen, Canary canary, Way way) {
    Await.until(
        PATIENCE,
        () -> "%s quoted by %s".formatted(canary, way),
        () -> seen.contains(way + " " + canary.secret()));
  }

  /// Says what it was to say late.
  void release() {
    late.countDown();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.startVirtualThread(() -> serve(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      in.mark(1);
      if (in.read() == TLS_HANDSHAKE) {
        out.write("HTTP/1.1 400 No TLS here\r\n\r\n".getBytes(ISO_8859_1));
        return;
      }
      in.reset();
      String head = head(in);
      Matcher length = LENGTH.matcher(head);
      byte[] body = length.find() ? in.readNBytes(Integer.parseInt(length.group(1))) : new byte[0];
      String secret = first(CREDENTIAL, head);
      Way way = way(head, new String(body, ISO_8859_1));
      if (way == Way.LATE) {
        waiting.add(way + " " + secret);
        var _ = late.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
      out.write(answer(way, secret, first(HOST, head)).getBytes(ISO_8859_1));
      out.flush();
      quoted.add(way + " " + secret);
    } catch (IOException e) {
      // Whoever asked has gone.
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0 && head.length() < MAX_HEAD_BYTES) {
      int read = in.read();
      if (read < 0) {
        throw new IOException("the request is cut");
      }
      head.append((char) read);
    }
    return head.toString();
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : "nothing";
  }

  private static Way way(String head, String body) {
    String named = first(WAY, body);
    boolean stream = head.startsWith("GET /stream");
    return Arrays.stream(Way.values())
        .filter(way -> way.name().equals(named))
        .findAny()
        .orElse(stream ? Way.EVENT : Way.STATUS);
  }

  private static String answer(Way way, String secret, String host) {
    String error = ERROR.formatted(secret);
    return switch (way) {
      case STATUS, LATE ->
          whole(
              "401 no " + secret,
              error,
              "x-key: " + secret,
              "set-cookie: key=" + secret,
              "www-authenticate: Bearer error_description=\"%s\"".formatted(secret));
      case TEXT -> whole("500 Fault", "<p>no %s</p>".formatted(secret));
      case LONG_TEXT -> whole("500 Fault", "x".repeat(185) + secret);
      case REDIRECT ->
          whole("307 There", "", "location: http://%s/?key=%s".formatted(host, secret));
      case EVENT -> stream("event: error\ndata: " + error + "\n\n");
      case BROKEN_EVENT -> stream("data: {broken " + secret + "\n\n");
      case CUT_HEAD -> "HTTP/1.1 200 OK\r\nx-key: " + secret;
      case CUT_BODY -> stream("data: {\"key\":\"" + secret);
      case BAD_VERSION -> secret + "/1.1 200 OK\r\n\r\n";
      case BAD_HEADER -> "HTTP/1.1 200 OK\r\n" + secret + " (: x\r\n\r\n";
      case BAD_CHUNK -> "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + secret + "\r\n";
      case TWO_STEPS ->
          whole(
              "201 Created",
              """
              {"status":"starting","error":null,"urls":{"stream":"http://%1$s/stream",\
              "cancel":"http://%1$s/cancel"}}\
              """
                  .formatted(host));
    };
  }

  private static String whole(String status, String body, String... headers) {
    return "HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n%s\r\n%s"
        .formatted(
            status,
            body.length(),
            String.join("", Arrays.stream(headers).map(header -> header + "\r\n").toList()),
            body);
  }

  /// A stream that is cut.
  private static String stream(String events) {
    return "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n%x\r\n%s\r\n"
        .formatted(events.length(), events);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
