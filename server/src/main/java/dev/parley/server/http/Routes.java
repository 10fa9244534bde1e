package dev.parley.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What is served, and to whom: nothing that a page of another origin could ask for through its
/// reader's browser. Such a page cannot send JSON without being allowed to by name (CORS), and
/// nobody is; if it makes its own name point at this machine, the name gives it away. Immutable.
///
/// @param local whether the port is for this machine only
/// @param health why the server does not serve; null: it does
/// @param metrics what is measured, as Prometheus reads it
record Routes(
    boolean local,
    Load load,
    ChatCompletions chat,
    ModelList models,
    Supplier<@Nullable String> health,
    Supplier<String> metrics) {
  private static final String API = "/v1/";
  private static final String MODELS = "/v1/models";
  private static final String CHAT = "/v1/chat/completions";
  private static final String HEALTH = "/healthz";
  private static final String METRICS = "/metrics";

  /// A target that names the host too, as for a proxy (RFC 9112, 3.2.2).
  private static final Pattern ABSOLUTE =
      Pattern.compile("(?i)https?://(?<host>[^/?#]*)(?<rest>.*)");

  /// Prometheus' text format.
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /// Who answers a request, of which nothing but the head is there yet.
  ///
  /// @throws ApiException if nobody does
  Consumer<Exchange> find(HttpRequest head) {
    Matcher absolute = ABSOLUTE.matcher(head.uri());
    boolean isAbsolute = absolute.matches();
    requireHost(head);
    if (isAbsolute) {
      requireThisMachine(absolute.group("host"));
    }
    String path = path(isAbsolute ? absolute.group("rest") : head.uri());
    if (load.isDraining() && path.startsWith(API)) {
      throw new ApiException(ApiError.draining());
    }
    switch (path) {
      case CHAT -> {
        require(head, HttpMethod.POST);
        requireJson(head);
        return chat::answer;
      }
      case MODELS -> {
        require(head, HttpMethod.GET, HttpMethod.HEAD);
        return models::all;
      }
      case HEALTH -> {
        require(head, HttpMethod.GET, HttpMethod.HEAD);
        return this::health;
      }
      case METRICS -> {
        require(head, HttpMethod.GET, HttpMethod.HEAD);
        return exchange -> exchange.answer(METRICS_TYPE, metrics.get());
      }
      default -> {
        if (path.startsWith(MODELS + "/")) {
          require(head, HttpMethod.GET, HttpMethod.HEAD);
          String name = path.substring(MODELS.length() + 1);
          return exchange -> models.one(name, exchange);
        }
        throw new ApiException(
            ApiError.refused(
                404,
                "unknown_url",
                "there is nothing at %s (expected: one of %s, %s, %s, %s)"
                    .formatted(path, CHAT, MODELS, HEALTH, METRICS)));
      }
    }
  }

  private static String path(String target) {
    try {
      return new QueryStringDecoder(target.isEmpty() ? "/" : target).path();
    } catch (IllegalArgumentException e) {
      throw new ApiException(ApiError.refused(400, "bad_request", "the path cannot be decoded"));
    }
  }

  private static void require(HttpRequest head, HttpMethod... allowed) {
    if (!List.of(allowed).contains(head.method())) {
      String names = String.join(", ", List.of(allowed).stream().map(HttpMethod::name).toList());
      throw new ApiException(
          ApiError.refused(
                  405,
                  "method_not_allowed",
                  "%s is not answered here (expected: %s)".formatted(head.method(), names))
              .with(Map.of("allow", names)));
    }
  }

  private static void requireJson(HttpRequest head) {
    CharSequence type = HttpUtil.getMimeType(head);
    if (type == null
        || !"application/json".contentEquals(type.toString().toLowerCase(Locale.ROOT))) {
      throw new ApiException(
          ApiError.refused(
              415,
              "unsupported_media_type",
              "content-type: %s (expected: application/json)".formatted(type)));
    }
  }

  /// A request without a host is none of a browser's.
  private void requireHost(HttpRequest head) {
    List<String> hosts = head.headers().getAll(HttpHeaderNames.HOST);
    boolean must = head.protocolVersion().isKeepAliveDefault();
    if (hosts.size() > 1 || (must && hosts.isEmpty())) {
      throw new ApiException(
          ApiError.refused(
              400, "bad_request", "%d headers host (expected: one)".formatted(hosts.size())));
    }
    if (!hosts.isEmpty()) {
      requireThisMachine(hosts.getFirst());
    }
  }

  private void requireThisMachine(String host) {
    if (local && !isThisMachine(host)) {
      throw new ApiException(
          ApiError.refused(
              421,
              "wrong_host",
              "host: %s (expected: localhost or a loopback address; for others, see --http)"
                  .formatted(host)));
    }
  }

  private static boolean isThisMachine(String host) {
    int colon = host.lastIndexOf(':');
    String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    if (name.startsWith("[") && name.endsWith("]")) {
      name = name.substring(1, name.length() - 1);
    }
    if (name.equalsIgnoreCase("localhost")) {
      return true;
    }
    InetAddress address = NetUtil.createInetAddressFromIpAddressString(name);
    return address != null && address.isLoopbackAddress();
  }

  private void health(Exchange exchange) {
    String reason = health.get();
    if (reason == null) {
      exchange.answer(200, Json.object().put("status", "serving"), Map.of());
    } else {
      exchange.answer(
          503, Json.object().put("status", "not_serving").put("reason", reason), Map.of());
    }
  }
}
