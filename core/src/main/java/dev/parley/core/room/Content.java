package dev.parley.core.room;

/// What a message says.
public sealed interface Content {
  /// Plain text or Markdown.
  record Text(String text) implements Content {}

  /// A picture, by its address. Sizes in pixels, 0: unknown.
  record Image(String url, String altText, int width, int height) implements Content {}

  /// A file, by its address. Size in bytes, 0: unknown.
  record File(String url, String name, long sizeBytes, String mediaType) implements Content {}
}
