package dev.parley.bench.provider;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One connection to the provider. Owned by the provider's thread.
final class ProviderHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String CHAT = "/v1/chat/completions";
  private static final Pattern PREDICTIONS =
      Pattern.compile("/v1/models/[^/]+/(?<model>[^/]+)/predictions");
  private static final Pattern CANCEL = Pattern.compile("/v1/predictions/(?<id>\\w+)/cancel");
  private static final Pattern STREAM = Pattern.compile("/v1/streams/(?<id>\\w+)");
  private static final int RETRY_AFTER_SECONDS = 1;

  private final Journal journal;
  private final Script script;
  private final Predictions predictions;
  private @Nullable Telling telling;

  ProviderHandler(Journal journal, Script script, Predictions predictions) {
    this.journal = journal;
    this.script = script;
    this.predictions = predictions;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    Telling underWay = telling;
    if (underWay != null && !underWay.isOver()) {
      var _ = context.close(); // one question at a time, as HTTP/1.1 has it
      return;
    }
    String path = request.uri();
    Matcher predict = PREDICTIONS.matcher(path);
    Matcher cancel = CANCEL.matcher(path);
    Matcher stream = STREAM.matcher(path);
    boolean post = request.method().equals(HttpMethod.POST);
    if (post && path.equals(CHAT)) {
      chat(context, request);
    } else if (post && predict.matches()) {
      predict(context, request, predict.group("model"));
    } else if (post && cancel.matches()) {
      cancel(context, cancel.group("id"));
    } else if (!post && stream.matches()) {
      stream(context, request, stream.group("id"));
    } else {
      refuse(context, HttpResponseStatus.NOT_FOUND, "there is no " + path);
    }
  }

  private void chat(ChannelHandlerContext context, FullHttpRequest request) {
    JsonNode body = body(request);
    String model = body.path("model").asString("");
    Behaviour behaviour = Behaviour.of(model);
    JsonNode messages = body.path("messages");
    if (behaviour == null || messages.isEmpty() || !body.path("stream").asBoolean(false)) {
      refuse(
          context,
          HttpResponseStatus.BAD_REQUEST,
          "expected: messages, stream: true, and one of the models ok, silent, cut, stall, error,"
              + " broken, busy, fail");
      return;
    }
    int question = question(messages.path(messages.size() - 1).path("content"));
    Visit visit = journal.came(question, behaviour);
    if (refuses(context, visit)) {
      return;
    }
    boolean usage = body.path("stream_options").path("include_usage").asBoolean(false);
    tell(context, visit, new AnswerFormat.OpenAi(question, model, usage), 0);
  }

  private int question(JsonNode content) {
    int number = DeltaText.number(content.asString(""));
    return number >= 0 ? number : Integer.MIN_VALUE | (int) journal.came();
  }

  private static JsonNode body(FullHttpRequest request) {
    try {
      return MAPPER.readTree(ByteBufUtil.getBytes(request.content()));
    } catch (JacksonException _) {
      return MAPPER.createObjectNode(); // which lacks everything, and is refused for that
    }
  }

  private boolean refuses(ChannelHandlerContext context, Visit visit) {
    switch (visit.behaviour()) {
      case BUSY -> refuse(context, HttpResponseStatus.TOO_MANY_REQUESTS, "too many questions");
      case FAIL -> refuse(context, HttpResponseStatus.INTERNAL_SERVER_ERROR, "the model is ill");
      case OK, SILENT, CUT, STALL, ERROR, BROKEN -> {
        return false;
      }
    }
    journal.ended(visit, Visit.End.COMPLETE);
    return true;
  }

  private void tell(ChannelHandlerContext context, Visit visit, AnswerFormat format, int first) {
    Telling next = new Telling(context, format, journal, visit, script, first);
    telling = next;
    next.begin();
  }

  private void predict(ChannelHandlerContext context, FullHttpRequest request, String model) {
    Behaviour behaviour = Behaviour.of(model);
    JsonNode prompt = body(request).path("input").path("prompt");
    if (behaviour == null || !prompt.isString()) {
      refuse(context, HttpResponseStatus.UNPROCESSABLE_ENTITY, "expected: input.prompt");
      return;
    }
    Visit visit = journal.came(question(prompt), behaviour);
    if (refuses(context, visit)) {
      return;
    }
    String id = predictions.add(visit);
    String base = "http://" + request.headers().get(HttpHeaderNames.HOST, "127.0.0.1");
    respond(
        context,
        HttpResponseStatus.CREATED,
        """
        {"id":"%1$s","status":"starting","urls":{"get":"%2$s/v1/predictions/%1$s",\
        "cancel":"%2$s/v1/predictions/%1$s/cancel","stream":"%2$s/v1/streams/%1$s"}}\
        """
            .formatted(id, base));
  }

  private void stream(ChannelHandlerContext context, FullHttpRequest request, String id) {
    Visit visit = predictions.get(id);
    if (visit == null) {
      refuse(context, HttpResponseStatus.NOT_FOUND, "there is no prediction " + id);
      return;
    }
    String last = request.headers().get("last-event-id", "");
    int first = last.matches("\\d{1,5}") ? Integer.parseInt(last) + 1 : 0;
    tell(context, visit, new AnswerFormat.Replicate(), Math.min(first, script.deltas() - 1));
    predictions.tells(id, telling);
  }

  private void cancel(ChannelHandlerContext context, String id) {
    Visit visit = predictions.get(id);
    if (visit == null) {
      refuse(context, HttpResponseStatus.NOT_FOUND, "there is no prediction " + id);
      return;
    }
    journal.ended(visit, Visit.End.ABORTED);
    predictions.cancel(id);
    respond(
        context, HttpResponseStatus.OK, "{\"id\":\"%s\",\"status\":\"canceled\"}".formatted(id));
  }

  /// In words that both protocols have a place for.
  private static void refuse(
      ChannelHandlerContext context, HttpResponseStatus status, String words) {
    respond(
        context,
        status,
        "{\"error\":{\"message\":\"%1$s\",\"type\":\"fake\",\"code\":null},\"detail\":\"%1$s\"}"
            .formatted(words));
  }

  private static void respond(
      ChannelHandlerContext context, HttpResponseStatus status, String json) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(json, StandardCharsets.UTF_8));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
        .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    if (status.equals(HttpResponseStatus.TOO_MANY_REQUESTS)) {
      response.headers().set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    var _ = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    Telling underWay = telling;
    if (underWay != null && !underWay.isOver()) {
      underWay.abort();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    var _ = context.close();
  }
}
