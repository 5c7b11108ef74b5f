package dev.vllmjunit.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventScannerTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'choices':[{'index':0,'text':' a','finish_reason':null}]}",
                "{ 'choices' : [ { 'text' : ' a' , 'finish_reason' : 'stop' } ] }",
                "{'choices':[{'finish_reason':null,'text':''}]}",
                "{'choices':[{'text':'','finish_reason':'length'}]}",
                "{'choices':[{'text':'','token_ids':[ 12 ],'finish_reason':'stop'}]}",
                "{'choices':[{'index':0,'delta':{'content':'a'},'finish_reason':null}]}",
                "{'choices':[{'index':0,'delta':{'role':'assistant','content':'a'}}]}"
            })
    void isOutput(String event) {
        assertThat(scan(event).output.arrivals()).containsExactly(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'choices':[],'usage':{'completion_tokens':3}}",
                "{'choices':[{'index':0,'delta':{'role':'assistant','content':''},'finish_reason':null}]}",
                "{'choices':[{'text':'','finish_reason':'stop'}]}",
                "{'choices':[{'text':'','token_ids':[],'finish_reason':'abort'}]}",
                "{'error':{'message':'\\'text\\':\\'a\\''}}",
                "{'choices':[{'text':null}]}",
                "{'name':'text','other':'a'}"
            })
    void isNoOutput(String event) {
        assertThat(scan(event).output.arrivals()).isEmpty();
    }

    @Test
    void takesNothingInsideATextForAKey() {
        Answer answer = scan("{'choices':[{'text':'\\'error\\':{},\\\\','finish_reason':null}]}");

        assertThat(answer.errorEvent()).isEmpty();
        assertThat(answer.output.quotedText()).asString(UTF_8).isEqualTo("\"\\\"error\\\":{},\\\\\"");
    }

    @Test
    void knowsErrorAndUsageOnlyAtTheTop() {
        assertThat(scan("{'a':{'error':{},'usage':{}}}").errorEvent()).isEmpty();
        assertThat(scan("{'a':{'error':{},'usage':{}}}").usageEvent()).isEmpty();
        assertThat(scan("{'error':null,'usage':null}").errorEvent()).isEmpty();
        assertThat(scan("{'error':null,'usage':null}").usageEvent()).isEmpty();
        assertThat(scan("{'error':'text'}").errorEvent()).asString(UTF_8).isEqualTo("{\"error\":\"text\"}");
        assertThat(scan("{'a':[1,{}],'usage':{}}").usageEvent()).isNotEmpty();
    }

    @Test
    void keepsTheLastUsageAndTheFirstError() {
        Answer answer = new Answer(1);
        scan("{'usage':{'completion_tokens':1000}}", answer);
        scan("{'usage':{'completion_tokens':2}}", answer);
        scan("{'error':'first'}", answer);
        scan("{'error':'second'}", answer);

        assertThat(answer.usageEvent()).asString(UTF_8).isEqualTo("{\"usage\":{\"completion_tokens\":2}}");
        assertThat(answer.errorEvent()).asString(UTF_8).contains("first");
    }

    @Test
    void knowsFinishReasons() {
        assertThat(scan("{'choices':[{'finish_reason':null}]}").finishReason()).isNull();
        assertThat(scan("{'choices':[{'finish_reason': 'stop'}]}").finishReason())
                .isEqualTo("stop");
        assertThat(scan("{'choices':[{'finish_reason':'length'}]}").finishReason())
                .isEqualTo("length");
    }

    private static Answer scan(String event) {
        Answer answer = new Answer(1);
        scan(event, answer);
        return answer;
    }

    private static void scan(String event, Answer answer) {
        byte[] bytes = event.replace('\'', '"').getBytes(UTF_8);
        new EventScanner().scan(bytes, 0, bytes.length, 5, answer);
    }
}
