package dev.parley.cli.output;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.parley.assistant.v1.ChatResponse;
import java.util.Set;

/// Prints protocol messages as proto3 JSON, one object a line. Pure functions.
public final class JsonLines {
  // What is nothing is left out, but for that which says what kind of event one is.
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .omittingInsignificantWhitespace()
          .includingDefaultValueFields(
              Set.of(
                  ChatResponse.getDescriptor().findFieldByNumber(ChatResponse.TYPE_FIELD_NUMBER)));

  private JsonLines() {}

  /// The message on one line, without line end.
  public static String of(MessageOrBuilder message) {
    try {
      return PRINTER.print(message);
    } catch (InvalidProtocolBufferException e) {
      // Only an Any of unknown type cannot be printed, and the protocol has none.
      throw new IllegalArgumentException("cannot be printed as JSON: " + message, e);
    }
  }
}
