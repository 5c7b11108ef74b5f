package dev.vllmjunit.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Values as JSON with snake_case keys, every string masked on its way out. */
final class Json {

    private final JsonMapper mapper;

    Json(UnaryOperator<String> mask) {
        SimpleModule masking = new SimpleModule()
                .addSerializer(String.class, new Masking(mask, false))
                .addKeySerializer(String.class, new Masking(mask, true));
        mapper = JsonMapper.builder()
                .addModules(new JavaTimeModule(), masking)
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build();
    }

    String write(Object value) {
        try {
            return mapper.writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + value.getClass().getSimpleName() + " as JSON", e);
        }
    }

    /** A line per value. */
    String lines(List<?> values) {
        ObjectWriter writer = mapper.writer().without(SerializationFeature.INDENT_OUTPUT);
        StringBuilder lines = new StringBuilder();
        try {
            for (Object value : values) {
                lines.append(writer.writeValueAsString(value)).append('\n');
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write a line of JSON", e);
        }
        return lines.toString();
    }

    <T> T read(String text, Class<T> type) throws JsonProcessingException {
        return mapper.readValue(text, type);
    }

    /** The same value with every string in it masked. */
    <T> T masked(T value, Class<T> type) {
        return mapper.convertValue(value, type);
    }

    Map<String, Object> asMap(Object value) {
        return mapper.convertValue(value, new TypeReference<>() {});
    }

    private static final class Masking extends JsonSerializer<String> {

        private final UnaryOperator<String> mask;
        private final boolean key;

        Masking(UnaryOperator<String> mask, boolean key) {
            this.mask = mask;
            this.key = key;
        }

        @Override
        public void serialize(String value, JsonGenerator generator, SerializerProvider provider) throws IOException {
            if (key) {
                generator.writeFieldName(mask.apply(value));
            } else {
                generator.writeString(mask.apply(value));
            }
        }
    }
}
