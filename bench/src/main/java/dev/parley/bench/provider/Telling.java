package dev.parley.bench.provider;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.TimeUnit;

/// One answer while it is told. Each delta has its time on a schedule that is fixed when the answer
/// begins, so one that is late makes no other late. Owned by the provider's thread.
final class Telling {
  private final ChannelHandlerContext context;
  private final AnswerFormat format;
  private final Journal journal;
  private final Visit visit;
  private final Script script;
  private final long beginNanos = System.nanoTime();
  private final int first;
  private int next;
  private boolean over;

  /// @param first the first delta to be told: those before it were, on another connection
  Telling(
      ChannelHandlerContext context,
      AnswerFormat format,
      Journal journal,
      Visit visit,
      Script script,
      int first) {
    this.context = context;
    this.format = format;
    this.journal = journal;
    this.visit = visit;
    this.script = script;
    this.first = first;
    next = first;
  }

  void begin() {
    if (visit.behaviour() == Behaviour.SILENT) {
      return;
    }
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream")
        .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    var _ = context.writeAndFlush(response);
    schedule();
  }

  boolean isOver() {
    return over;
  }

  /// Nobody listens any more.
  void abort() {
    over = true;
    journal.ended(visit, Visit.End.ABORTED);
  }

  /// Nobody wants the rest.
  void cancel() {
    if (!over) {
      abort();
      var _ = context.close();
    }
  }

  private void schedule() {
    long dueNanos = beginNanos + (next - first + 1) * script.paceNanos();
    var _ =
        context
            .executor()
            .schedule(this::step, Math.max(0, dueNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  private void step() {
    if (over || (next == script.half() && misbehaves())) {
      return;
    }
    long now = System.nanoTime();
    byte[] text = new DeltaText(visit.question(), next, now).bytes();
    DefaultHttpContent delta = new DefaultHttpContent(format.delta(next, text));
    next++;
    visit.wrote(now);
    if (next < script.deltas()) {
      var _ = context.writeAndFlush(delta);
      schedule();
    } else {
      var _ = context.write(delta);
      var _ = context.write(new DefaultHttpContent(format.end()));
      end(Visit.End.COMPLETE);
    }
  }

  /// Does in the middle of the answer what was chosen.
  ///
  /// @return whether nothing more is to be told
  private boolean misbehaves() {
    return switch (visit.behaviour()) {
      case CUT -> {
        over = true;
        journal.ended(visit, Visit.End.CUT);
        var _ = context.close();
        yield true;
      }
      case STALL -> true;
      case ERROR -> {
        var _ = context.write(new DefaultHttpContent(format.error()));
        end(Visit.End.CUT);
        yield true;
      }
      case BROKEN -> {
        var _ = context.write(new DefaultHttpContent(format.broken()));
        yield false;
      }
      case OK, SILENT, BUSY, FAIL -> false;
    };
  }

  private void end(Visit.End how) {
    over = true;
    journal.ended(visit, how);
    var _ = context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
  }
}
